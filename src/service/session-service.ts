import type { Failure } from "../domain/failure.ts";
import type { Principal } from "../domain/plan.ts";
import type { Result } from "../domain/result.ts";
import type { RequestedSession } from "../domain/session-spec.ts";
import type { SessionStatus } from "../domain/session-state.ts";
import type { PageView, SessionSummary, SessionView, TokenScope } from "../domain/session-view.ts";
import type { OwnedSession } from "../session/session-object.ts";

/** Which sessions of the account a list holds. Absent properties do not restrict. */
export interface SessionFilter {
  readonly statuses?: readonly SessionStatus[];
  /** Sessions that carry all of these tags. */
  readonly tags?: readonly string[];
  /** Epoch milliseconds, inclusive. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
  /** Substring of the id or of a tag. */
  readonly search?: string;
  readonly proxyType?: string;
}

export interface CursorPage {
  readonly items: readonly SessionSummary[];
  /** Sessions that match the filter, over all pages. */
  readonly total: number;
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

export interface NumberedPage {
  readonly items: readonly SessionSummary[];
  readonly total: number;
}

/** What both dialects call. It speaks domain words only: no status codes, no SQL, no CDP. */
export interface SessionService {
  /** Plan rules, admission in one statement, launch. Refuses before any browser is launched. */
  create(principal: Principal, requested: RequestedSession): Promise<Result<OwnedSession, Failure>>;
  /** A running session from its Durable Object, an ended one from the index. */
  describe(principal: Principal, id: string): Promise<Result<OwnedSession, Failure>>;
  /** Newest first. An unreadable cursor is `invalidRequest` naming `cursor`. */
  listByCursor(
    principal: Principal,
    filter: SessionFilter,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Result<CursorPage, Failure>>;
  /** Pages are numbered from 1. */
  listByPage(
    principal: Principal,
    filter: SessionFilter,
    page: { readonly page: number; readonly limit: number; readonly order: "asc" | "desc" },
  ): Promise<NumberedPage>;
  /** `sessionNotFound` for a session that has ended already. */
  end(principal: Principal, id: string): Promise<Result<SessionView, Failure>>;
  /** Ends every running session of the account and answers how many there were. */
  endAll(principal: Principal): Promise<number>;
  pages(principal: Principal, id: string): Promise<Result<readonly PageView[], Failure>>;
  setTags(principal: Principal, id: string, tags: readonly string[]): Promise<Result<readonly string[], Failure>>;
  createToken(principal: Principal, id: string, scope: TokenScope): Promise<Result<string, Failure>>;
  revokeToken(principal: Principal, id: string, token: string): Promise<Result<null, Failure>>;
}
