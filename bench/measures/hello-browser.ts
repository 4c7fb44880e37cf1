import { chromium } from "playwright-core";
import { interleave, type Round, settle, timed } from "../round.ts";

/** The four steps of the public benchmark of that name, with the page on this machine instead of the network. */
export async function measureHelloBrowser(round: Round): Promise<void> {
  const { recorder, site, targets } = round;
  await interleave(round, { over: targets, times: 1 }, async (target) => {
    const create = await timed(() => target.createSession());
    const session = create.result;
    const connect = await timed(() => chromium.connectOverCDP(session.cdpUrl));
    const context = connect.result.contexts()[0];
    const page = context?.pages()[0] ?? (await context?.newPage());
    const goto = await timed(async () => page?.goto(site.helloUrl, { waitUntil: "domcontentloaded" }));
    const release = await timed(() => session.release());
    await connect.result.close().catch(() => undefined);
    const steps = { create: create.ms, connect: connect.ms, goto: goto.ms, release: release.ms };
    const total = create.ms + connect.ms + goto.ms + release.ms;
    for (const [step, value] of Object.entries({ ...steps, total })) {
      recorder.record({ metric: `hello.${step}`, target: target.name, pair: `${round.number}`, value });
    }
    await settle();
  });
}
