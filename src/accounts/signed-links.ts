import type { Clock } from "../domain/clock.ts";
import { type SessionId, toBase64Url } from "../domain/ids.ts";

/** What lets its bearer see something of one session, for some time. */
export interface SignedLink {
  /** Epoch seconds. */
  readonly expires: number;
  readonly signature: string;
}

export type LinkVerdict = "valid" | "invalid" | "expired";

/** Signs and checks links: for people, and for players that send no header. */
export interface SignedLinks {
  sign(sessionId: SessionId, lifetimeMs: number): Promise<SignedLink>;
  check(sessionId: SessionId, link: SignedLink): Promise<LinkVerdict>;
}

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface SignedLinksOptions {
  /** What its bearer may see: a link to one thing is none to another. */
  readonly to: "recording" | "download";
  /** The deployment's BERTH_SECRET. */
  readonly secret: string;
  readonly clock: Clock;
}

export function createSignedLinks({ to, secret, clock }: SignedLinksOptions): SignedLinks {
  async function signatureOf(sessionId: SessionId, expires: number): Promise<Uint8Array> {
    const key = await crypto.subtle.importKey("raw", encode(secret), HMAC, false, ["sign"]);
    const mac = await crypto.subtle.sign("HMAC", key, encode(`${to}-link:${sessionId}:${expires}`));
    return new Uint8Array(mac);
  }

  return {
    async sign(sessionId, lifetimeMs) {
      const expires = Math.floor((clock.now() + lifetimeMs) / 1000);
      return { expires, signature: toBase64Url(await signatureOf(sessionId, expires)) };
    },
    async check(sessionId, { expires, signature }) {
      const expected = encode(toBase64Url(await signatureOf(sessionId, expires)));
      const given = encode(signature);
      const matches = given.byteLength === expected.byteLength && crypto.subtle.timingSafeEqual(given, expected);
      if (!matches) return "invalid";
      return expires * 1000 > clock.now() ? "valid" : "expired";
    },
  };
}
