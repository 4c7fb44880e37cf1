import { asc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Plan, PlanName } from "../domain/plan.ts";
import { plans } from "./tables.ts";

/** The `plans` table. */
export interface PlanStore {
  /** By name. */
  list(): Promise<readonly Plan[]>;
  find(name: PlanName): Promise<Plan | undefined>;
  /** Creates the plan or replaces it; accounts on it get the new limits with their next request. */
  save(plan: Plan): Promise<void>;
}

export function createPlanStore({ database }: { readonly database: D1Database }): PlanStore {
  const db = drizzle(database);
  return {
    list: () => db.select().from(plans).orderBy(asc(plans.name)),
    find: (name) => db.select().from(plans).where(eq(plans.name, name)).get(),
    async save(plan) {
      await db.insert(plans).values(plan).onConflictDoUpdate({ target: plans.name, set: plan });
    },
  };
}
