import { Server as HttpProxyServer } from "proxy-chain";
import { interleave, type Round, settle, timed } from "../round.ts";
import { quantile } from "../stats.ts";
import type { SessionOptions, Target } from "../targets/target.ts";
import { createAndAsk } from "./create.ts";
import { LOADERS } from "./page.ts";

/** Of one session. */
const LOADS = 7;

/** What a proxy on this machine costs: the browser itself, started with one, beside sessions of Berth's behind it. */
export async function measureProxy(round: Round): Promise<void> {
  const proxy = new HttpProxyServer({ host: "127.0.0.1", port: 0 });
  await proxy.listen();
  const targets = round.targets.filter(({ name }) => name !== "pipe");
  try {
    const { port } = proxy;
    await measureCreates(round, targets, port);
    await measurePages(round, targets, port);
  } finally {
    await proxy.close(true);
  }
}

/** The difference to a create without: Berth's asks for the exit, the bare browser's asks for nothing. */
async function measureCreates(round: Round, targets: readonly Target[], proxyPort: number): Promise<void> {
  const { settings, recorder, number } = round;
  await interleave(round, { over: targets, times: settings.proxiedSessions }, async (target, turn) => {
    const without = await createMs(target, {});
    const value = (await createMs(target, { proxyPort })) - without;
    recorder.record({ metric: "proxy.create", target: target.name, pair: `${number}.${turn}`, value });
  });
}

async function createMs(target: Target, options: SessionOptions): Promise<number> {
  const { ms, result } = await timed(() => createAndAsk(target, options));
  result.client.close();
  await result.session.release();
  await settle();
  return ms;
}

/** As with the levels of stealth, a session counts once. */
async function measurePages(round: Round, targets: readonly Target[], proxyPort: number): Promise<void> {
  const { settings, recorder, number } = round;
  for (const { metric, connect } of LOADERS) {
    await interleave(round, { over: targets, times: settings.proxiedSessions }, async (target, turn) => {
      const session = await target.createSession({ proxyPort });
      const client = await connect(session.cdpUrl);
      await client.goto(round.site.helloUrl);
      const loads: number[] = [];
      for (let load = 0; load < LOADS; load += 1) {
        loads.push((await timed(() => client.goto(`${round.site.pageUrl}?${number}.${turn}.${load}`))).ms);
      }
      const value = quantile(loads, 0.5);
      recorder.record({ metric: "proxy.page", target: target.name, pair: `${metric}.${number}.${turn}`, value });
      await client.leave();
      await session.release();
      await settle();
    });
  }
}
