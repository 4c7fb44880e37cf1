import { parseArgs } from "node:util";
import { SetupFailure } from "../scripts/setup/failure.mjs";
import { readWholeNumber } from "./whole-number.ts";

/** What can be chosen with --only, in the order in which a round measures it. */
export const GROUPS = [
  "create",
  "hello",
  "attach",
  "roundtrip",
  "inflight",
  "results",
  "storm",
  "page",
  "stealth",
  "proxy",
  "profile",
  "recording",
  "live",
  "adblock",
  "idle",
  "bundle",
  "cycles",
] as const;
export type Group = (typeof GROUPS)[number];

/** How much is measured. */
export interface Settings {
  readonly mode: "quick" | "full";
  readonly groups: ReadonlySet<Group>;
  /** Groups were named: the rest of the published report stays. */
  readonly isPart: boolean;
  readonly rounds: number;
  /** Per target and round. */
  readonly creates: number;
  readonly attaches: number;
  readonly calls: number;
  readonly inFlightCalls: number;
  readonly results: number;
  readonly storms: number;
  readonly pageLoads: number;
  /** Sessions per level of stealth, loader and round: what the levels cost is small beside what sessions vary by. */
  readonly stealthSessions: number;
  /** Sessions behind a proxy per target, loader and round. */
  readonly proxiedSessions: number;
  /** Creates with a profile, and as many without, a round. */
  readonly profileSessions: number;
  /** Recorded sessions, and as many that are not, per loader and round. */
  readonly recordedSessions: number;
  /** How long each of them is watched. */
  readonly recordedMs: number;
  /** Sessions that somebody looks at, per target and round. */
  readonly viewedSessions: number;
  /** Sessions that block ads, and as many that do not, per loader, page and round. */
  readonly adblockSessions: number;
  readonly idleMs: number;
  readonly startUps: number;
  /** Once, after a warm-up. */
  readonly cycles: number;
}

const QUICK = {
  rounds: 3,
  creates: 2,
  attaches: 3,
  results: 1,
  storms: 1,
  pageLoads: 1,
  stealthSessions: 3,
  proxiedSessions: 2,
  profileSessions: 3,
  recordedSessions: 3,
  recordedMs: 10_000,
  viewedSessions: 2,
  adblockSessions: 3,
  idleMs: 15_000,
  startUps: 1,
};
const FULL = {
  rounds: 7,
  creates: 3,
  attaches: 5,
  results: 2,
  storms: 2,
  pageLoads: 2,
  stealthSessions: 4,
  proxiedSessions: 3,
  profileSessions: 4,
  recordedSessions: 4,
  recordedMs: 30_000,
  viewedSessions: 3,
  adblockSessions: 4,
  idleMs: 65_000,
  startUps: 5,
};
const CALLS = 1000;
const IN_FLIGHT_CALLS = 6400;

/** Enough for a slope: half of them are looked at. */
const CYCLES = 300;
const FEWEST_CYCLES = 80;

/** Reads the command line; a mistake in it is told with its remedy. */
export function readSettings(args: readonly string[]): Settings {
  const { quick, only, rounds, cycles } = parse(args);
  const amounts = quick ? QUICK : FULL;
  return {
    ...amounts,
    mode: quick ? "quick" : "full",
    groups: readGroups(only, quick),
    isPart: only !== undefined,
    rounds: readWholeNumber({ option: "rounds", text: rounds, least: 1, otherwise: amounts.rounds }),
    calls: CALLS,
    inFlightCalls: IN_FLIGHT_CALLS,
    cycles: readWholeNumber({ option: "cycles", text: cycles, least: FEWEST_CYCLES, otherwise: CYCLES }),
  };
}

interface Options {
  readonly quick: boolean;
  readonly only: string | undefined;
  readonly rounds: string | undefined;
  readonly cycles: string | undefined;
}

function parse(args: readonly string[]): Options {
  try {
    const text = { type: "string" } as const;
    const options = { quick: { type: "boolean" }, only: text, rounds: text, cycles: text } as const;
    const { quick = false, only, rounds, cycles } = parseArgs({ args: [...args], options }).values;
    return { quick, only, rounds, cycles };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupFailure(reason, "Options: --quick, --rounds N, --cycles N, --only create,roundtrip", error);
  }
}

/** The cycles take longer than a quick run altogether: then they are measured when they are named. */
function readGroups(only: string | undefined, quick: boolean): ReadonlySet<Group> {
  if (only === undefined) return new Set(GROUPS.filter((group) => group !== "cycles" || !quick));
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !GROUPS.some((group) => group === name));
  if (unknown !== undefined) {
    throw new SetupFailure(`There is nothing called "${unknown}" to measure.`, `Choose from: ${GROUPS.join(", ")}`);
  }
  return new Set(GROUPS.filter((group) => names.includes(group)));
}
