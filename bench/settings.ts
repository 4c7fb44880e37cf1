import { parseArgs } from "node:util";
import { SetupFailure } from "../scripts/setup/failure.mjs";

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
  "idle",
  "bundle",
] as const;
export type Group = (typeof GROUPS)[number];

/** How much is measured. */
export interface Settings {
  readonly mode: "quick" | "full";
  readonly groups: ReadonlySet<Group>;
  readonly rounds: number;
  /** Per target and round. */
  readonly creates: number;
  readonly attaches: number;
  readonly calls: number;
  readonly inFlightCalls: number;
  readonly results: number;
  readonly storms: number;
  readonly pageLoads: number;
  readonly idleMs: number;
  readonly startUps: number;
}

const QUICK = { rounds: 3, creates: 2, attaches: 3, results: 1, storms: 1, pageLoads: 1, idleMs: 15_000, startUps: 1 };
const FULL = { rounds: 7, creates: 3, attaches: 5, results: 2, storms: 2, pageLoads: 2, idleMs: 65_000, startUps: 5 };
const CALLS = 1000;
const IN_FLIGHT_CALLS = 6400;

/** Reads the command line; a mistake in it is told with its remedy. */
export function readSettings(args: readonly string[]): Settings {
  const { quick, only, rounds } = parse(args);
  const amounts = quick ? QUICK : FULL;
  const count = rounds === undefined ? amounts.rounds : Number(rounds);
  if (!Number.isInteger(count) || count < 1) {
    throw new SetupFailure(`--rounds ${rounds} is not a number of rounds.`, "Give a whole number from 1 on.");
  }
  return {
    ...amounts,
    mode: quick ? "quick" : "full",
    groups: readGroups(only),
    rounds: count,
    calls: CALLS,
    inFlightCalls: IN_FLIGHT_CALLS,
  };
}

function parse(args: readonly string[]): { quick: boolean; only: string | undefined; rounds: string | undefined } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { quick: { type: "boolean" }, only: { type: "string" }, rounds: { type: "string" } },
    });
    return { quick: values.quick ?? false, only: values.only, rounds: values.rounds };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupFailure(reason, "Options: --quick, --rounds N, --only create,roundtrip", error);
  }
}

function readGroups(only: string | undefined): ReadonlySet<Group> {
  if (only === undefined) return new Set(GROUPS);
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !GROUPS.some((group) => group === name));
  if (unknown !== undefined) {
    throw new SetupFailure(`There is nothing called "${unknown}" to measure.`, `Choose from: ${GROUPS.join(", ")}`);
  }
  return new Set(GROUPS.filter((group) => names.includes(group)));
}
