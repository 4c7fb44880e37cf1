import type { SessionQuery } from "../accounts/session-lists.ts";
import type { ControlAction, ControlResult } from "../domain/control.ts";
import type { Failure } from "../domain/failure.ts";
import type { SessionId } from "../domain/ids.ts";
import { parseSessionId } from "../domain/ids.ts";
import type { ControlState, DriveCommand } from "../domain/live-view.ts";
import type { Principal } from "../domain/plan.ts";
import type { Result } from "../domain/result.ts";
import { fail, succeed } from "../domain/result.ts";
import type { StoredCookie } from "../domain/profile-content.ts";
import type { RequestedSession } from "../domain/session-spec.ts";
import type { PageView, SessionSummary, SessionView, TokenScope } from "../domain/session-view.ts";
import { DOOR_HEADER } from "../session/door-request.ts";
import type { OwnedSession, SessionObject } from "../session/session-object.ts";
import type { CreateCall, SessionServiceDeps } from "./create-session.ts";
import { createSession } from "./create-session.ts";

export type { CreateCall, SessionServiceDeps } from "./create-session.ts";

/** Which sessions of the account a list holds: the index answers it as it is. */
export type SessionFilter = SessionQuery;

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
  /**
   * Plan rules, admission in one statement, launch. Refuses before any browser is launched. Requests with one
   * `idempotencyKey` get one session; without a key, a client that is `gone` before the answer leaves none.
   */
  create(principal: Principal, requested: RequestedSession, call: CreateCall): Promise<Result<OwnedSession, Failure>>;
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
  /** To the session's own profile; answers when it is kept. `profileFailed` leaves profile and session as they were. */
  saveProfile(principal: Principal, id: string): Promise<Result<null, Failure>>;
  /** Does something to the session's page, or reads it. */
  control(principal: Principal, id: string, action: ControlAction): Promise<Result<ControlResult, Failure>>;
  /** Puts a file where pages of the session can be given it. @param request a multipart form. */
  upload(principal: Principal, id: string, request: Request): Promise<Result<Uploaded, Failure>>;
  /** Who drives the session: a person, or its clients. */
  drive(principal: Principal, id: string, command: DriveCommand): Promise<Result<ControlState, Failure>>;
  cookies(principal: Principal, id: string): Promise<Result<readonly StoredCookie[], Failure>>;
  /** Answers how many were set. */
  importCookies(
    principal: Principal,
    id: string,
    cookies: { readonly cookies: readonly StoredCookie[]; readonly isMerge: boolean },
  ): Promise<Result<number, Failure>>;
}

/** A file that CDP clients name by its path, or by its name. */
export interface Uploaded {
  readonly name: string;
  /** On the browser's machine. */
  readonly path: string;
  readonly bytes: number;
}

const notFound = (sessionId: string) => fail({ kind: "sessionNotFound", sessionId } as const);

const ignore = (): void => undefined;

const isMissing = <T>(result: Result<T, Failure>): boolean => !result.ok && result.failure.kind === "sessionNotFound";

export function createSessionService(deps: SessionServiceDeps): SessionService {
  const { index, sessionObject } = deps;

  /** Text that no session can have as its id starts no Durable Object and costs no query. */
  function onSession<T>(
    text: string,
    ask: (session: SessionObject, id: SessionId) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const id = parseSessionId(text);
    return id === undefined ? Promise.resolve(notFound(text)) : ask(sessionObject(id), id);
  }

  return {
    create: (principal, requested, call) => {
      const work = createSession(deps, { principal, requested, call });
      // The platform stops a request whose client has left; what has begun must be finished all the same.
      deps.background(work.then(ignore, ignore));
      return work;
    },
    describe: ({ accountId }, text) =>
      onSession(text, async (session, id) => {
        const live = await session.describe(accountId);
        if (!isMissing(live)) return live;
        const view = (await index.find(accountId, id))?.view;
        return view ? succeed({ view, connectToken: null, liveViewToken: null }) : notFound(text);
      }),
    listByCursor: ({ accountId }, filter, page) => index.listByCursor(accountId, filter, page),
    listByPage: ({ accountId }, filter, page) => index.listByPage(accountId, filter, page),
    end: ({ accountId }, text) => onSession(text, (session) => session.end(accountId, "requested")),
    endAll: (principal) => endAll(deps, principal),
    pages: ({ accountId }, text) => onSession(text, (session) => session.pages(accountId)),
    setTags: ({ accountId }, text, tags) =>
      onSession(text, async (session, id) => {
        const live = await session.setTags(accountId, tags);
        if (!live.ok && !isMissing(live)) return live;
        // The row serves lists; for a session that has ended it is all there is.
        const known = await index.setTags(accountId, id, tags);
        return live.ok || known ? succeed(tags) : notFound(text);
      }),
    createToken: ({ accountId }, text, scope) => onSession(text, (session) => session.createToken(accountId, scope)),
    revokeToken: ({ accountId }, text, token) => onSession(text, (session) => session.revokeToken(accountId, token)),
    saveProfile: ({ accountId }, text) => onSession(text, (session) => session.saveProfile(accountId)),
    control: ({ accountId }, text, action) => onSession(text, (session) => session.control(accountId, action)),
    upload: ({ accountId }, text, request) => {
      const id = parseSessionId(text);
      return id === undefined ? Promise.resolve(notFound(text)) : passOn(deps.sessionDoor(id), accountId, request);
    },
    drive: ({ accountId }, text, command) => onSession(text, (session) => session.drive(accountId, command)),
    cookies: ({ accountId }, text) => onSession(text, (session) => session.cookies(accountId)),
    importCookies: ({ accountId }, text, { cookies, isMerge }) =>
      onSession(text, (session) => session.importCookies(accountId, cookies, isMerge)),
  };
}

/** As it arrives: a file may be as large as an isolate. */
async function passOn(
  door: { fetch(request: Request): Promise<Response> },
  accountId: string,
  request: Request,
): Promise<Result<Uploaded, Failure>> {
  const headers = { [DOOR_HEADER.upload]: accountId, "content-type": request.headers.get("content-type") ?? "" };
  const passed = new Request("https://session/", { method: "POST", headers, body: request.body });
  return (await door.fetch(passed)).json<Result<Uploaded, Failure>>();
}

/** One session that does not answer must not keep the others running. */
async function endAll({ index, sessionObject, logger }: SessionServiceDeps, { accountId }: Principal): Promise<number> {
  const running = await index.runningIds(accountId);
  const outcomes = await Promise.allSettled(running.map((id) => sessionObject(id).end(accountId, "requested")));
  for (const [position, outcome] of outcomes.entries()) {
    if (outcome.status === "rejected") {
      logger.warn("session.not_ended", { sessionId: running[position], error: outcome.reason });
    }
  }
  return outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value.ok).length;
}
