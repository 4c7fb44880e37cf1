import { interleave, type Round, settle, timed } from "../round.ts";
import { quantile } from "../stats.ts";
import type { Target } from "../targets/target.ts";
import { LOADERS } from "./page.ts";

/** Of one session. */
const LOADS = 7;
const WAYS = ["on", "off"] as const;
type Times = Partial<Record<(typeof WAYS)[number], number>>;

interface Loading {
  readonly berth: Target;
  readonly loader: (typeof LOADERS)[number];
  readonly metric: "adblock.page" | "adblock.heavy";
  readonly url: string;
}

/** What blocking ads costs on a page that has none, and saves on one that is full of them. */
export async function measureAdblock(round: Round): Promise<void> {
  const berth = round.targets.find(({ name }) => name === "berth");
  if (!berth) throw new Error("The ad blocker is Berth's.");
  const { pageUrl, adsUrl } = round.site;
  for (const loader of LOADERS) {
    await compare(round, { berth, loader, metric: "adblock.page", url: pageUrl });
    await compare(round, { berth, loader, metric: "adblock.heavy", url: adsUrl });
  }
}

async function compare(round: Round, { berth, loader, metric, url }: Loading): Promise<void> {
  const { recorder, number, settings, site } = round;
  const times: Times[] = [];
  await interleave(round, { over: WAYS, times: settings.adblockSessions }, async (way, turn) => {
    const session = await berth.createSession({ blocksAds: way === "on" });
    const client = await loader.connect(session.cdpUrl);
    // The first load starts the site's renderer process.
    await client.goto(site.helloUrl);
    const loads: number[] = [];
    for (let load = 0; load < LOADS; load += 1) {
      loads.push((await timed(() => client.goto(`${url}?${number}.${load}`))).ms);
    }
    (times[turn] ??= {})[way] = quantile(loads, 0.5);
    await client.leave();
    await session.release();
    await settle();
  });
  for (const [turn, { on, off }] of times.entries()) {
    if (on === undefined || off === undefined) continue;
    recorder.record({ metric, target: "berth", pair: `${loader.metric}.${number}.${turn}`, value: on / off });
  }
}
