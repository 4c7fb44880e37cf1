import { CdpClient } from "../cdp-client.ts";
import { interleave, type OpenSession, type Round, timed } from "../round.ts";

/** One more client on a session that runs. */
export async function measureAttach(round: Round, sessions: readonly OpenSession[]): Promise<void> {
  const { settings, recorder } = round;
  await interleave(round, { over: sessions, times: settings.attaches }, async ({ target, session }, turn) => {
    const { ms, result } = await timed(async () => {
      const client = await CdpClient.open(session.cdpUrl);
      await client.send("Browser.getVersion");
      return client;
    });
    recorder.record({ metric: "attach", target: target.name, pair: `${round.number}.${turn}`, value: ms });
    result.close();
  });
}
