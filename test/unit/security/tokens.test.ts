import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { newConnectToken, type SessionId } from "../../../src/domain/ids.ts";
import { TOKEN_SCOPES } from "../../../src/domain/session-view.ts";
import { isOperator } from "../../../src/http/admin/authorize.ts";
import { ConnectTokens } from "../../../src/session/connect-tokens.ts";
import { SessionStore } from "../../../src/session/session-store.ts";
import { cryptoIds } from "../accounts/tenant.ts";

const SECRET = "a secret of the test, long enough";
const SESSION = "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa" as SessionId;
const OTHER = "ses_bbbbbbbbbbbbbbbbbbbbbbbbbb" as SessionId;

afterEach(() => vi.restoreAllMocks());

/** Tokens on the storage of a real Durable Object. */
function withTokens(run: (tokens: ConnectTokens, storage: DurableObjectStorage) => Promise<void>): Promise<void> {
  return runInDurableObject(env.SESSIONS.getByName(crypto.randomUUID()), (_instance, { storage }) =>
    run(new ConnectTokens({ secret: SECRET, store: new SessionStore(storage) }), storage),
  );
}

describe("connect tokens", () => {
  it("are worth nothing in another session, or in another scope", () =>
    withTokens(async (tokens) => {
      const all = await Promise.all(TOKEN_SCOPES.map((scope) => tokens.derive(SESSION, scope)));
      expect(new Set(all).size).toBe(TOKEN_SCOPES.length);
      for (const [index, token] of all.entries()) {
        expect(await tokens.scopeOf(SESSION, token)).toBe(TOKEN_SCOPES[index]);
        expect(await tokens.scopeOf(OTHER, token)).toBeUndefined();
      }
    }));

  it("depend on the deployment's secret", () =>
    withTokens(async (tokens, storage) => {
      const foreign = new ConnectTokens({ secret: `${SECRET}.`, store: new SessionStore(storage) });
      expect(await tokens.scopeOf(SESSION, await foreign.derive(SESSION, "cdp"))).toBeUndefined();
    }));

  it("leave nothing at rest that opens a session", () =>
    withTokens(async (tokens, storage) => {
      const token = newConnectToken(cryptoIds);
      await tokens.remember(token, "cdp");
      const derived = await tokens.derive(SESSION, "cdp");
      const stored = JSON.stringify([...storage.kv.list()]);
      expect(stored).toContain("cdp");
      for (const secret of [token, token.slice(3), derived, derived.slice(3), SECRET])
        expect(stored).not.toContain(secret);
      expect(await tokens.scopeOf(SESSION, token)).toBe("cdp");
      // What is stored is no token itself.
      for (const [key] of storage.kv.list()) expect(await tokens.scopeOf(SESSION, key)).toBeUndefined();
    }));
});

describe("guesses are compared in constant time, over digests of one length", () => {
  it("for connect tokens", () =>
    withTokens(async (tokens) => {
      const compare = vi.spyOn(crypto.subtle, "timingSafeEqual");
      expect(await tokens.scopeOf(SESSION, "ct_x")).toBeUndefined();
      // Every scope, whichever matched: the answer's time does not tell.
      expect(compare).toHaveBeenCalledTimes(TOKEN_SCOPES.length);
      await tokens.scopeOf(SESSION, await tokens.derive(SESSION, TOKEN_SCOPES[0]));
      expect(compare).toHaveBeenCalledTimes(2 * TOKEN_SCOPES.length);
    }));

  it("for the operator's token", async () => {
    const compare = vi.spyOn(crypto.subtle, "timingSafeEqual");
    expect(await isOperator("Bearer x", SECRET)).toBe(false);
    expect(await isOperator(undefined, SECRET)).toBe(false);
    expect(compare).toHaveBeenCalledTimes(2);
  });
});
