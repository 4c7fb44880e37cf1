import * as z from "zod";
import { PROXY_TYPES } from "../../domain/session-spec.ts";

const MAX_NAME_LENGTH = 200;

const name = z.string().trim().min(1).max(MAX_NAME_LENGTH);
/** Names of plans stand in paths and in messages. */
export const planName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, {
  error: "must be 1 to 32 of a-z, 0-9, - and _, and begin with a letter or digit",
});
const amount = z.int().min(0);
const atLeastOne = z.int().min(1);

export const newAccount = z.strictObject({ name, plan: z.string() });

export const accountChange = z
  .strictObject({ name: name.optional(), plan: z.string().optional() })
  .refine((change) => change.name !== undefined || change.plan !== undefined, { error: "must hold name or plan" });

export const newKey = z.strictObject({ name });

/** Every limit must be given: a plan is replaced whole. */
export const planLimits = z.strictObject({
  monthlySessions: amount,
  overageMicros: amount.nullable(),
  concurrentSessions: amount,
  requestsPerMinute: atLeastOne,
  maxLifetimeMs: atLeastOne.nullable(),
  proxyTypes: z
    .array(z.enum([...PROXY_TYPES, "custom"]))
    .refine((types) => new Set(types).size === types.length, { error: "must not name a type twice" }),
});

export const month = z.string().regex(/^[0-9]{4}-(?:0[1-9]|1[0-2])$/, { error: "must be a month as YYYY-MM" });
