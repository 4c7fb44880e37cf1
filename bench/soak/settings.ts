import { parseArgs } from "node:util";
import { SetupFailure } from "../../scripts/setup/failure.mjs";
import { readWholeNumber } from "../whole-number.ts";

/** How long is soaked, and how. */
export interface SoakSettings {
  readonly minutes: number;
  readonly sessions: number;
  /** The same seed makes every session take the same steps in the same order. */
  readonly seed: number;
}

/** A session may live an hour at most, and outlives the soak. */
const MOST_MINUTES = 50;
/** What a machine with two cores carries. */
const MOST_SESSIONS = 16;
const MOST_SEED = 2 ** 32 - 1;

/** Reads the command line; a mistake in it is told with its remedy. */
export function readSoakSettings(args: readonly string[]): SoakSettings {
  const { minutes, sessions, seed } = parse(args);
  return {
    minutes: readWholeNumber({ option: "minutes", text: minutes, least: 1, most: MOST_MINUTES, otherwise: 30 }),
    sessions: readWholeNumber({ option: "sessions", text: sessions, least: 1, most: MOST_SESSIONS, otherwise: 4 }),
    seed: readWholeNumber({
      option: "seed",
      text: seed,
      least: 1,
      most: MOST_SEED,
      otherwise: 1 + (Date.now() % 1_000_000),
    }),
  };
}

type Texts = Readonly<Partial<Record<keyof SoakSettings, string>>>;

function parse(args: readonly string[]): Texts {
  try {
    const text = { type: "string" } as const;
    return parseArgs({ args: [...args], options: { minutes: text, sessions: text, seed: text } }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupFailure(reason, "Options: --minutes N, --sessions N, --seed N", error);
  }
}
