import type { SessionView } from "../../../src/domain/session-view.ts";
import { env } from "cloudflare:workers";
import { createAccountStore } from "../../../src/accounts/account-store.ts";
import type { NewApiKey } from "../../../src/accounts/api-key-store.ts";
import { createApiKeyStore } from "../../../src/accounts/api-key-store.ts";
import { createPlanStore } from "../../../src/accounts/plan-store.ts";
import type { Admission } from "../../../src/accounts/session-admission.ts";
import type { Clock, IdSource } from "../../../src/domain/clock.ts";
import { newMeshbrowSessionId } from "../../../src/domain/ids.ts";
import type { Plan, Principal } from "../../../src/domain/plan.ts";

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now: number;

  constructor(now: string) {
    this.#now = Date.parse(now);
  }

  now(): number {
    return this.#now;
  }

  set(now: string): void {
    this.#now = Date.parse(now);
  }

  advance(byMs: number): void {
    this.#now += byMs;
  }
}

export const cryptoIds: IdSource = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
};

export const NOON = "2026-11-20T12:00:00.000Z";

export interface Tenant {
  readonly principal: Principal;
  readonly key: NewApiKey;
}

/** An account of its own for a test, with a key, on a plan of its own when limits are given. */
export async function createTenant(limits?: Partial<Plan>, clock: Clock = new FakeClock(NOON)): Promise<Tenant> {
  const deps = { database: env.DB, clock, ids: cryptoIds };
  const plans = createPlanStore(deps);
  const free = await plans.find("free");
  if (free === undefined) throw new Error("the free plan is not seeded");
  const plan: Plan = limits ? { ...free, name: `plan-${crypto.randomUUID()}`, ...limits } : free;
  if (limits) await plans.save(plan);
  const account = await createAccountStore(deps).create({ name: "A tenant", plan: plan.name });
  const key = await createApiKeyStore(deps).create(account.id, "first key");
  return { key, principal: { accountId: account.id, apiKeyId: key.id, apiKeyName: key.name, plan } };
}

/** A session asking to be admitted. */
export function anAdmission(clock: Clock, changes: Partial<Admission> = {}): Admission {
  const createdAt = clock.now();
  const id = newMeshbrowSessionId(cryptoIds);
  const shown = { id, status: "launching", endReason: null, endedAt: null, createdAt, spec: { tags: [] } };
  return {
    id,
    dialect: "meshbrow",
    createdAt,
    expiresAt: createdAt + 1_800_000,
    tags: [],
    proxyType: null,
    proxyCountry: null,
    profileId: null,
    profileVersion: null,
    headless: true,
    recording: false,
    // The index keeps a view as it is; what a dialect would render of it does not matter here.
    view: shown as unknown as SessionView,
    ...changes,
  };
}

/** The real database, and how many batches were sent to it. */
export function countingDatabase(): { readonly database: D1Database; readonly batches: () => number } {
  let batches = 0;
  // Statements are prepared only: nothing here can send one by itself.
  const database = {
    prepare: (sql: string) => env.DB.prepare(sql),
    batch: (statements: D1PreparedStatement[]) => {
      batches += 1;
      return env.DB.batch(statements);
    },
  } as unknown as D1Database;
  return { database, batches: () => batches };
}
