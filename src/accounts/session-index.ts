import type { AccountId, SessionId } from "../domain/ids.ts";
import type { SessionLists } from "./session-lists.ts";
import { createSessionLists } from "./session-lists.ts";
import type { SessionSlots } from "./session-slots.ts";
import { createSessionSlots } from "./session-slots.ts";

/**
 * The `sessions` table: every session's row, the slot that it holds, and the counters of `usage_months` that
 * move with it. The Durable Object of a session owns its live state; this is where it is found and counted.
 */
export interface SessionIndex extends SessionSlots, SessionLists {
  /** Replaces the tags, in the final view too; answers whether the account has such a session. */
  setTags(accountId: AccountId, id: SessionId, tags: readonly string[]): Promise<boolean>;
}

const SET_TAGS = `
  UPDATE sessions SET tags = ?3, final_view = json_set(final_view, '$.spec.tags', json(?3))
  WHERE id = ?2 AND account_id = ?1
  RETURNING id`;

export function createSessionIndex({ database }: { readonly database: D1Database }): SessionIndex {
  return {
    ...createSessionSlots({ database }),
    ...createSessionLists({ database }),
    async setTags(accountId, id, tags) {
      const row = await database.prepare(SET_TAGS).bind(accountId, id, JSON.stringify(tags)).first();
      return row !== null;
    },
  };
}
