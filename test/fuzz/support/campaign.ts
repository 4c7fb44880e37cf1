import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import type { TestContext } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** For the closing line of `npm test`. */
    fuzz?: { readonly cases: number; readonly seed: number };
  }
}

/** The seed of this run: the same one gives the same cases. */
export const SEED = Number(env.FUZZ_SEED);

/** Parts of the whole that a property gets; they add up to one. */
export const SHARE = {
  creates: 0.2,
  routes: 0.12,
  entrances: 0.03,
  lives: 0.05,
  messages: 0.5,
  mux: 0.05,
  rules: 0.05,
} as const;

export interface Campaign<T> {
  readonly name: string;
  /** Of all cases: see {@link SHARE}. */
  readonly share: number;
  /** How many cases one run of the property holds. */
  readonly casesInRun?: number;
  readonly arbitrary: fc.Arbitrary<T>;
  readonly check: (value: T) => Promise<void> | void;
}

/** Runs a property on its share of the cases, and says how many there were and from which seed. */
export async function runCampaign<T>({ task }: TestContext, campaign: Campaign<T>): Promise<void> {
  const { name, share, casesInRun = 1, arbitrary, check } = campaign;
  const numRuns = Math.ceil((Number(env.FUZZ_CASES) * share) / casesInRun);
  let runs = 0;
  const property = fc.asyncProperty(arbitrary, async (value) => {
    runs += 1;
    await check(value);
  });
  // Shrinking is bounded: a failure is worth a minute, not ten.
  await fc.assert(property, { seed: SEED, numRuns, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: true });
  task.meta.fuzz = { cases: runs * casesInRun, seed: SEED };
  console.log(`fuzz: ${name}: ${runs * casesInRun} cases, seed ${SEED}`);
}
