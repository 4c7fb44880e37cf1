import { CONNECT_TOKEN_PREFIX, type SessionId, toBase64Url } from "../domain/ids.ts";
import { TOKEN_SCOPES, type TokenScope } from "../domain/session-view.ts";
import type { SessionStore } from "./session-store.ts";

/**
 * The tokens that a session is born with. They are derived (HMAC-SHA-256 of scope and session id under the
 * deployment's secret), so that they can be shown again by `GET` although nothing of them is stored; further
 * ones are random, stored as SHA-256, and revocable.
 */
export class ConnectTokens {
  readonly #secret: string;
  readonly #store: SessionStore;

  constructor({ secret, store }: { readonly secret: string; readonly store: SessionStore }) {
    this.#secret = secret;
    this.#store = store;
  }

  async derive(sessionId: SessionId, scope: TokenScope): Promise<string> {
    const key = await crypto.subtle.importKey("raw", encode(this.#secret), HMAC, false, ["sign"]);
    const mac = await crypto.subtle.sign("HMAC", key, encode(`connect-token:${scope}:${sessionId}`));
    return CONNECT_TOKEN_PREFIX + toBase64Url(new Uint8Array(mac));
  }

  /** Keeps a random token's hash. */
  async remember(token: string, scope: TokenScope): Promise<void> {
    this.#store.saveToken(await sha256(token), scope);
  }

  async revoke(token: string): Promise<boolean> {
    return this.#store.deleteToken(await sha256(token));
  }

  /** What `token` may do in this session; `undefined` for a token that is not (or no longer) one of its. */
  async scopeOf(sessionId: SessionId, token: string): Promise<TokenScope | undefined> {
    let scope: TokenScope | undefined;
    for (const candidate of TOKEN_SCOPES) {
      const derived = await this.derive(sessionId, candidate);
      if (await sameText(derived, token)) scope = candidate;
    }
    return scope ?? this.#store.tokenScope(await sha256(token));
  }
}

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encode(text));
  return toBase64Url(new Uint8Array(digest));
}

/** Equal in a time that tells nothing of where two texts differ: digests have one length. */
async function sameText(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([
    crypto.subtle.digest("SHA-256", encode(a)),
    crypto.subtle.digest("SHA-256", encode(b)),
  ]);
  return crypto.subtle.timingSafeEqual(left, right);
}
