import { quantile } from "../stats.ts";
import { interleave, type Round, settle, timed } from "../round.ts";
import { STEALTH_LEVELS, type StealthLevel, type Target } from "../targets/target.ts";
import { createAndAsk } from "./create.ts";
import { LOADERS } from "./page.ts";

/** What the levels cost: Berth's sessions at each, compared with each other within one round. */
export async function measureStealth(round: Round): Promise<void> {
  const berth = round.targets.find(({ name }) => name === "berth");
  if (!berth) throw new Error("The levels of stealth are Berth's.");
  await measureCreates(round, berth);
  for (const loader of LOADERS) await measurePages(round, { berth, loader });
}

/** Of one session. */
const LOADS = 7;

type Times = Partial<Record<StealthLevel, number>>;

async function measureCreates(round: Round, berth: Target): Promise<void> {
  const times: Times[] = [];
  await interleave(round, { over: STEALTH_LEVELS, times: round.settings.stealthSessions }, async (level, turn) => {
    const { ms, result } = await timed(() => createAndAsk(berth, { stealth: level }));
    (times[turn] ??= {})[level] = ms;
    result.client.close();
    await result.session.release();
    await settle();
  });
  record(round, times, { metric: "create", pairs: "", compare: (ms, none) => ms - none });
}

interface Pages {
  readonly berth: Target;
  readonly loader: (typeof LOADERS)[number];
}

/**
 * One and the same level loads the page up to a fifth faster in one session than in another, however often it is
 * loaded there: so a session counts once, and there are many.
 */
async function measurePages(round: Round, { berth, loader }: Pages): Promise<void> {
  const times: Times[] = [];
  await interleave(round, { over: STEALTH_LEVELS, times: round.settings.stealthSessions }, async (level, turn) => {
    (times[turn] ??= {})[level] = await loadTimes(round, { berth, loader, level });
  });
  record(round, times, { metric: "page", pairs: `${loader.metric}.`, compare: (ms, none) => ms / none });
}

/** The median of a session's loads. */
async function loadTimes({ site, number }: Round, { berth, loader, level }: Pages & { readonly level: StealthLevel }) {
  const session = await berth.createSession({ stealth: level });
  const client = await loader.connect(session.cdpUrl);
  // The first load starts the site's renderer process.
  await client.goto(site.helloUrl);
  const loads: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const { ms } = await timed(() => client.goto(`${site.pageUrl}?${number}.${load}`));
    loads.push(ms);
  }
  await client.leave();
  await session.release();
  await settle();
  return quantile(loads, 0.5);
}

interface Comparison {
  readonly metric: "create" | "page";
  /** Tells the turns of one client from another's. */
  readonly pairs: string;
  readonly compare: (ms: number, none: number) => number;
}

function record({ recorder, number }: Round, times: readonly Times[], { metric, pairs, compare }: Comparison): void {
  for (const [turn, { none, standard, max }] of times.entries()) {
    if (none === undefined) continue;
    const common = { target: "berth", pair: `${pairs}${number}.${turn}` } as const;
    for (const [level, ms] of Object.entries({ standard, max })) {
      if (ms !== undefined)
        recorder.record({ ...common, metric: `stealth.${metric}.${level}`, value: compare(ms, none) });
    }
  }
}
