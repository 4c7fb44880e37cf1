import { parseArgs } from "node:util";
import { SetupFailure } from "../../scripts/setup/failure.mjs";

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
    minutes: readNumber({ option: "minutes", text: minutes, most: MOST_MINUTES, otherwise: 30 }),
    sessions: readNumber({ option: "sessions", text: sessions, most: MOST_SESSIONS, otherwise: 4 }),
    seed: readNumber({ option: "seed", text: seed, most: MOST_SEED, otherwise: 1 + (Date.now() % 1_000_000) }),
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

interface NumberOption {
  readonly option: string;
  readonly text: string | undefined;
  readonly most: number;
  readonly otherwise: number;
}

function readNumber({ option, text, most, otherwise }: NumberOption): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new SetupFailure(`--${option} ${text} is out of range.`, `Give a whole number from 1 to ${most}.`);
}
