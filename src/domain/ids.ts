import type { IdSource } from "./clock.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `ses_` + 26 base32 characters (Meshbrow) or a UUID (Anchor). Minted once, at creation. */
export type SessionId = Branded<"SessionId">;
/** `acct_` + 16 base32 characters. */
export type AccountId = Branded<"AccountId">;
/** `prof_` + 16 base32 characters. */
export type ProfileId = Branded<"ProfileId">;
/** `ver_` + 16 base32 characters. */
export type ProfileVersionId = Branded<"ProfileVersionId">;
/** `key_` + 16 base32 characters: names an API key without being one. */
export type ApiKeyId = Branded<"ApiKeyId">;

export const SESSION_ID_PREFIX = "ses_";
export const ACCOUNT_ID_PREFIX = "acct_";
export const API_KEY_ID_PREFIX = "key_";
export const PROXY_POOL_ID_PREFIX = "pool_";
export const PROFILE_ID_PREFIX = "prof_";
export const PROFILE_VERSION_ID_PREFIX = "ver_";
/** The credential itself. Both dialects accept it. */
export const API_KEY_PREFIX = "mb_live_";
/** A connect token: the credential inside a `cdpUrl`. */
export const CONNECT_TOKEN_PREFIX = "ct_";

/** 128 bits: an id that nobody can guess, although ids are not credentials. */
const SESSION_ID_BYTES = 16;
const SHORT_ID_BYTES = 10;
const API_KEY_BYTES = 32;
/** 256 bits of connect token: twice what the threat model asks for. */
export const CONNECT_TOKEN_BYTES = 32;

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const BITS_PER_CHARACTER = 5;

/** RFC 4648 base32, lower case, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= BITS_PER_CHARACTER) {
      bits -= BITS_PER_CHARACTER;
      text += BASE32.charAt((buffer >> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32.charAt((buffer << (BITS_PER_CHARACTER - bits)) & 31) : text;
}

/** RFC 4648 base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export const newMeshbrowSessionId = (ids: IdSource): SessionId =>
  (SESSION_ID_PREFIX + toBase32(ids.bytes(SESSION_ID_BYTES))) as SessionId;

export const newAnchorSessionId = (ids: IdSource): SessionId => ids.uuid() as SessionId;

export const newAccountId = (ids: IdSource): AccountId =>
  (ACCOUNT_ID_PREFIX + toBase32(ids.bytes(SHORT_ID_BYTES))) as AccountId;

export const newApiKeyId = (ids: IdSource): ApiKeyId =>
  (API_KEY_ID_PREFIX + toBase32(ids.bytes(SHORT_ID_BYTES))) as ApiKeyId;

/** `pool_` + 16 base32 characters. */
export const newProxyPoolId = (ids: IdSource): string => PROXY_POOL_ID_PREFIX + toBase32(ids.bytes(SHORT_ID_BYTES));

export const newProfileId = (ids: IdSource): ProfileId =>
  (PROFILE_ID_PREFIX + toBase32(ids.bytes(SHORT_ID_BYTES))) as ProfileId;

export const newProfileVersionId = (ids: IdSource): ProfileVersionId =>
  (PROFILE_VERSION_ID_PREFIX + toBase32(ids.bytes(SHORT_ID_BYTES))) as ProfileVersionId;

/** A new API key in the clear. It exists once, in the answer that creates it. */
export const newApiKey = (ids: IdSource): string => API_KEY_PREFIX + toBase64Url(ids.bytes(API_KEY_BYTES));

/** A new random connect token in the clear; only its hash is kept. */
export const newConnectToken = (ids: IdSource): string =>
  CONNECT_TOKEN_PREFIX + toBase64Url(ids.bytes(CONNECT_TOKEN_BYTES));

const SESSION_ID_SHAPE = /^(?:ses_[a-z2-7]{26}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** Reads a session id from a URL or a query; `undefined` when no session can have it. */
export function parseSessionId(text: string): SessionId | undefined {
  return SESSION_ID_SHAPE.test(text) ? (text as SessionId) : undefined;
}
