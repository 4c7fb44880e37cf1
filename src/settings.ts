/** What wrangler.toml says, as numbers and lists that can be used: variables are text, and may say anything. */

/** Bodies up to this size are part of a HAR, unless HAR_MAX_BODY_BYTES says something else. */
const DEFAULT_MAX_BODY_BYTES = 256 * 1024;
/** Larger ones do not fit into a row of an object's database. */
const LARGEST_BODY_BYTES = 512 * 1024;
const DEFAULT_RETENTION_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Larger files are not kept, unless DOWNLOAD_MAX_BYTES says something else. */
const DEFAULT_MAX_DOWNLOAD_BYTES = 512 * 1024 * 1024;
const LARGEST_DOWNLOAD_BYTES = 4 * 1024 * 1024 * 1024;
const DEFAULT_MAX_CLIENTS = 4;

/** A variable's number, if it is one in the range. */
function numberOf(variable: string | undefined, otherwise: number, largest: number): number {
  const value = variable === undefined || variable === "" ? Number.NaN : Number(variable);
  return value >= 0 && value <= largest ? value : otherwise;
}

/** Headers whose values are not recorded, in lower case. */
export const redactedHeadersOf = (env: Cloudflare.Env): ReadonlySet<string> =>
  new Set(env.HAR_REDACTED_HEADERS.split(",").map((name) => name.trim().toLowerCase()));

export const maxBodyBytesOf = (env: Cloudflare.Env): number =>
  numberOf(env.HAR_MAX_BODY_BYTES, DEFAULT_MAX_BODY_BYTES, LARGEST_BODY_BYTES);

/** How long recordings and downloads are kept, in milliseconds. */
export const retentionMsOf = (env: Cloudflare.Env): number =>
  numberOf(env.RECORDING_DAYS, DEFAULT_RETENTION_DAYS, 3650) * DAY_MS;

export const maxDownloadBytesOf = (env: Cloudflare.Env): number =>
  numberOf(env.DOWNLOAD_MAX_BYTES, DEFAULT_MAX_DOWNLOAD_BYTES, LARGEST_DOWNLOAD_BYTES);

/** Who solves puzzles; `undefined` where the operator has set nobody up. */
export function captchaServiceOf(env: Cloudflare.Env): { readonly url: string; readonly key: string } | undefined {
  const { CAPTCHA_SOLVER_URL: url = "", CAPTCHA_SOLVER_KEY: key = "" } = env;
  return key !== "" && /^https?:\/\//.test(url) && URL.canParse(url) ? { url, key } : undefined;
}

export function maxClientsOf(env: Cloudflare.Env): number {
  const maxClients = Number(env.MAX_CLIENTS);
  return Number.isInteger(maxClients) && maxClients > 0 ? maxClients : DEFAULT_MAX_CLIENTS;
}

/** A list with a semicolon would be a policy of its own. */
export const frameAncestorsOf = (env: Cloudflare.Env): string =>
  /^[^;,\r\n]+$/.test(env.LIVE_VIEW_FRAME_ANCESTORS) ? env.LIVE_VIEW_FRAME_ANCESTORS : "'none'";

/** Variables are text; the generated types know wrangler.toml's value only. */
export const isOn = (variable: string): boolean => variable === "true";

/** `auto`: loaded by the browser where it can, else its part is played; `emulated`: it is played everywhere. */
export type ExtensionMode = "auto" | "emulated";

export const extensionModeOf = (env: { readonly EXTENSIONS?: string }): ExtensionMode =>
  env.EXTENSIONS === "emulated" ? "emulated" : "auto";
