import type { HonoRequest } from "hono";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import { fieldFailure } from "./validation.ts";

/** Deeper documents than any that the two APIs describe, and far from what a recursive reader can bear. */
export const MAX_JSON_DEPTH = 64;

/** Values in a whole document, many times what any request of the two APIs needs: each one costs a validation. */
export const MAX_JSON_VALUES = 10_000;

const JSON_MEDIA_TYPE = "application/json";

/** Values of one database are many, and as deep as its site likes; what is in them is the site's alone. */
const STORAGE_STATE: BodyLimits = { depth: 512, values: Infinity };

interface BodyLimits {
  readonly depth: number;
  readonly values: number;
}

/** The same for a browser's whole state. */
export const readStorageStateBody = (request: HonoRequest): Promise<Result<unknown, Failure>> =>
  readJsonBody(request, STORAGE_STATE);

/**
 * Reads a request's JSON body, so that every way in which it can be wrong is answered in the dialect's own
 * words. An empty body is `undefined`, whatever its content type: clients announce JSON on a `DELETE` too.
 *
 * @returns the parsed value; `unsupportedMediaType` for a body that is declared to be something else;
 * `invalidRequest` for JSON that is malformed, too deep or too large, and for a `__proto__` key.
 */
export async function readJsonBody(
  request: HonoRequest,
  limits: BodyLimits = { depth: MAX_JSON_DEPTH, values: MAX_JSON_VALUES },
): Promise<Result<unknown, Failure>> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength === 0) return succeed(undefined);
  if (!declaresJson(request.header("content-type"))) {
    return fail({ kind: "unsupportedMediaType", expected: JSON_MEDIA_TYPE });
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return invalid("request body is not valid UTF-8");
  if (text.trim() === "") return succeed(undefined);
  if (nestsDeeperThan(text, limits.depth)) {
    return invalid(`request body is nested deeper than ${limits.depth} levels`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold credentials.
    return invalid("request body is not valid JSON");
  }
  // Of a state, `__proto__` is a name like others: its conversion makes no properties of what it reads.
  if (limits.values === Infinity) return succeed(value);
  const survey = { values: 0 };
  const prototypeKey = findPrototypeKey(value, "", survey);
  if (prototypeKey !== undefined) return fail(fieldFailure(prototypeKey, "is not a known field"));
  if (survey.values > MAX_JSON_VALUES) return invalid(`request body has more than ${MAX_JSON_VALUES} values`);
  return succeed(value);
}

function decodeUtf8(bytes: ArrayBuffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A body without any declaration is taken at its word; JSON is UTF-8 (RFC 8259 §8.1). */
function declaresJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const [mediaType = "", ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  if (mediaType !== JSON_MEDIA_TYPE) return false;
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset);
}

/** Counts open brackets outside strings: no recursion, and done before anything is built from the text. */
export function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (inString) {
      if (character === "\\") index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      depth++;
      if (depth > limit) return true;
    } else if (character === "}" || character === "]") depth--;
  }
  return false;
}

/**
 * `JSON.parse` makes `__proto__` an ordinary property; no later copy of the object may turn it into more.
 * Counts what it sees, and stops when that is too much.
 */
function findPrototypeKey(value: unknown, path: string, survey: { values: number }): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    survey.values++;
    if (survey.values > MAX_JSON_VALUES) return undefined;
    const childPath = path === "" ? key : `${path}.${key}`;
    if (key === "__proto__") return childPath;
    const found = findPrototypeKey(child, childPath, survey);
    if (found !== undefined) return found;
  }
  return undefined;
}

const invalid = (message: string): Result<never, Failure> => fail({ kind: "invalidRequest", message });
