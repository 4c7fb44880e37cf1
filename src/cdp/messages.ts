/** A command as a client sends it. `text` is what arrived, so that it can be forwarded untouched. */
export interface CdpCommand {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The flattened protocol session addressed; absent for the connection's root. */
  readonly sessionId?: string;
  readonly text: string;
}

/** JSON-RPC error codes as Chromium's `crdtp/dispatch.cc` uses them. */
export const CDP_ERROR = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  server: -32_000,
  sessionNotFound: -32_001,
} as const;

export interface CdpError {
  readonly code: number;
  readonly message: string;
}

export type ParsedCommand =
  | { readonly ok: true; readonly command: CdpCommand }
  | { readonly ok: false; readonly id?: number; readonly error: CdpError };

const MAX_ID = 2 ** 31 - 1;
const NO_PARAMS: Readonly<Record<string, unknown>> = {};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function invalid(message: string, id?: number): ParsedCommand {
  const error = { code: CDP_ERROR.invalidRequest, message };
  return id === undefined ? { ok: false, error } : { ok: false, id, error };
}

/** Reads one client message, or says what is wrong with it in the protocol's own terms. */
export function parseCommand(text: string): ParsedCommand {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { ok: false, error: { code: CDP_ERROR.parse, message: "JSON: the message is not valid JSON" } };
  }
  if (!isRecord(message)) return invalid("Message must be an object");
  const { id, method, params, sessionId } = message;
  // Negative ids are Berth's own: an answer to one must never reach a client.
  if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id > MAX_ID) {
    return invalid("Message must have integer 'id' property from 0 to 2^31-1");
  }
  if (typeof method !== "string") return invalid("Message must have string 'method' property", id);
  if (params !== undefined && !isRecord(params)) return invalid("Message may have object 'params' property", id);
  if (sessionId !== undefined && typeof sessionId !== "string") {
    return invalid("Message may have string 'sessionId' property", id);
  }
  const command = { id, method, params: params ?? NO_PARAMS, text };
  return { ok: true, command: sessionId === undefined ? command : { ...command, sessionId } };
}

/** `,"sessionId":"` + 32 hexadecimal digits + `"}`: how Chromium ends every message of a flattened session. */
const TAIL_LENGTH = 48;
const TAIL_START = ',"sessionId":"';

/** The session of an upstream message, read from its end without parsing; `""` for the root. */
export function sessionIdOf(text: string): string {
  return text.startsWith(TAIL_START, text.length - TAIL_LENGTH) ? text.slice(-34, -2) : "";
}

/** The message without its session: what a client sees of its own root session. */
export const withoutSession = (text: string): string => `${text.slice(0, -TAIL_LENGTH)}}`;

/** Whether an upstream message is an event of the Target domain, by its first characters. */
export const isTargetEvent = (text: string): boolean => text.startsWith('{"method":"Target.');

const RESPONSE_START = '{"id":';

/** The id of an upstream response, or `undefined` for an event. */
export function responseIdOf(text: string): number | undefined {
  if (!text.startsWith(RESPONSE_START)) return undefined;
  const id = Number.parseInt(text.slice(RESPONSE_START.length, RESPONSE_START.length + 11), 10);
  return Number.isNaN(id) ? undefined : id;
}

/**
 * The command's text for the browser, addressed to `sessionId`. It is forwarded as it came unless a second
 * parser could read it differently: a key that occurs twice (or is spelled with an escape) may mean one
 * thing to the check here and another to the browser, so such a message is written anew from what was read.
 *
 * @returns `undefined` for a command that cannot be written anew: see {@link rewrite}.
 */
export function addressTo(command: CdpCommand, sessionId: string): string | undefined {
  const { text } = command;
  if (isAmbiguous(text)) return rewrite(command, command.params, sessionId);
  if (command.sessionId === sessionId) return text;
  return `${text.slice(0, text.lastIndexOf("}"))},"sessionId":"${sessionId}"}`;
}

/**
 * Only the keys that decide where a command goes, what it does and whose answer it gets; a rule of the policy
 * rewrites anyway.
 */
const DECISIVE_KEYS = ['"method"', '"sessionId"', '"id"'];

const isAmbiguous = (text: string): boolean =>
  text.includes("\\u00") || DECISIVE_KEYS.some((key) => occursTwice(text, key));

function occursTwice(text: string, key: string): boolean {
  const first = text.indexOf(key);
  return first !== -1 && text.includes(key, first + key.length);
}

/**
 * The command with other parameters.
 *
 * @returns `undefined` for parameters nested so deep that they were readable but cannot be written.
 */
export function rewrite(command: CdpCommand, params: object, sessionId: string): string | undefined {
  try {
    return JSON.stringify({ id: command.id, method: command.method, params, sessionId });
  } catch (error) {
    // `JSON.parse` does not recurse, `JSON.stringify` may: on objects with index-like keys it does.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The platform carries WebSocket messages of up to 32 MiB of UTF-8 (Workers limits, "WebSocket message size"). */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
/** A UTF-16 code unit becomes at most this many bytes. */
const MAX_BYTES_PER_UNIT = 3;

/** Whether the message is too large for the socket to the browser. Counts bytes only where it could be. */
export function exceedsMessageLimit(text: string): boolean {
  if (text.length * MAX_BYTES_PER_UNIT <= MAX_MESSAGE_BYTES) return false;
  let bytes = text.length;
  for (let at = 0; at < text.length && bytes <= MAX_MESSAGE_BYTES; at += 1) {
    const unit = text.charCodeAt(at);
    // Two surrogates make one character of four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes > MAX_MESSAGE_BYTES;
}

/** The result of an answer; `undefined` for an error. */
export function resultOf(text: string): Record<string, unknown> | undefined {
  return (JSON.parse(text) as { result?: Record<string, unknown> }).result;
}

/** An answer with another result; an error passes as it is. */
export function rewriteResult(
  text: string,
  rewriter: (result: Record<string, unknown>) => object,
  sessionId: string,
): string {
  const { id, result } = JSON.parse(text) as { id: number; result?: Record<string, unknown> };
  // The session comes last, as in all that the browser says: it is cut off, or looked for, at the end.
  return result === undefined ? text : JSON.stringify({ id, result: rewriter(result), sessionId });
}
