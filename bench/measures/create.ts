import { CdpClient } from "../cdp-client.ts";
import { interleave, type Round, settle, timed } from "../round.ts";
import type { BenchSession, SessionOptions, Target } from "../targets/target.ts";

/** From the request for a session to the first CDP answer; for the bare browser, from its process's start. */
export async function measureCreate(round: Round): Promise<void> {
  const { settings, targets, recorder } = round;
  await interleave(round, { over: targets, times: settings.creates }, async (target, turn) => {
    const { ms, result } = await timed(() => createAndAsk(target));
    recorder.record({ metric: "create", target: target.name, pair: `${round.number}.${turn}`, value: ms });
    result.client.close();
    await result.session.release();
    await settle();
  });
}

export async function createAndAsk(
  target: Target,
  options: SessionOptions = {},
): Promise<{ session: BenchSession; client: CdpClient }> {
  const session = await target.createSession(options);
  const client = await CdpClient.open(session.cdpUrl);
  await client.send("Browser.getVersion");
  return { session, client };
}
