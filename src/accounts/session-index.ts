import type { AccountId, SessionId } from "../domain/ids.ts";
import type { IdempotencyKeys } from "./idempotency-keys.ts";
import { createIdempotencyKeys } from "./idempotency-keys.ts";
import type { SessionAdmission } from "./session-admission.ts";
import { createSessionAdmission } from "./session-admission.ts";
import type { SessionDrift } from "./session-drift.ts";
import { createSessionDrift } from "./session-drift.ts";
import type { SessionLists } from "./session-lists.ts";
import { createSessionLists } from "./session-lists.ts";
import type { SessionSlots } from "./session-slots.ts";
import { createSessionSlots } from "./session-slots.ts";

/**
 * The `sessions` table: every session's row, the slot that it holds, the counters of `usage_months` that move
 * with it, and the keys that stand for it. The Durable Object of a session owns its live state; this is where it is found and counted.
 */
export interface SessionIndex extends SessionAdmission, SessionSlots, SessionLists, SessionDrift, IdempotencyKeys {
  /** Replaces the tags, in the final view too; answers whether the account has such a session. */
  setTags(accountId: AccountId, id: SessionId, tags: readonly string[]): Promise<boolean>;
}

const SET_TAGS = `
  UPDATE sessions SET tags = ?3, final_view = json_set(final_view, '$.spec.tags', json(?3))
  WHERE id = ?2 AND account_id = ?1
  RETURNING id`;

export function createSessionIndex({ database }: { readonly database: D1Database }): SessionIndex {
  return {
    ...createSessionAdmission({ database }),
    ...createSessionSlots({ database }),
    ...createSessionLists({ database }),
    ...createSessionDrift({ database }),
    ...createIdempotencyKeys({ database }),
    async setTags(accountId, id, tags) {
      const row = await database.prepare(SET_TAGS).bind(accountId, id, JSON.stringify(tags)).first();
      return row !== null;
    },
  };
}
