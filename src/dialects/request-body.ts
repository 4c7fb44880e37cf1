import type { HonoRequest } from "hono";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";

/** Deeper documents than any that the two APIs describe, and far from what a recursive reader can bear. */
export const MAX_JSON_DEPTH = 64;

const JSON_MEDIA_TYPE = "application/json";

/**
 * Reads a request's JSON body, so that every way in which it can be wrong is answered in the dialect's own
 * words. An empty body is `undefined`, whatever its content type: clients announce JSON on a `DELETE` too.
 *
 * @returns the parsed value; `unsupportedMediaType` for a body that is declared to be something else;
 * `invalidRequest` for malformed or too deeply nested JSON and for a `__proto__` key.
 */
export async function readJsonBody(request: HonoRequest): Promise<Result<unknown, Failure>> {
  const text = await request.text();
  if (text.trim() === "") return succeed(undefined);
  if (!declaresJson(request.header("content-type"))) {
    return fail({ kind: "unsupportedMediaType", expected: JSON_MEDIA_TYPE });
  }
  if (nestsDeeperThan(text, MAX_JSON_DEPTH)) {
    return invalid(`request body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold credentials.
    return invalid("request body is not valid JSON");
  }
  const prototypeKey = findPrototypeKey(value, "");
  if (prototypeKey !== undefined) return invalid(`${prototypeKey} is not a known field`, prototypeKey);
  return succeed(value);
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

/** `JSON.parse` makes `__proto__` an ordinary property; no later copy of the object may turn it into more. */
function findPrototypeKey(value: unknown, path: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const childPath = path === "" ? key : `${path}.${key}`;
    if (key === "__proto__") return childPath;
    const found = findPrototypeKey(child, childPath);
    if (found !== undefined) return found;
  }
  return undefined;
}

const invalid = (message: string, field?: string): Result<never, Failure> =>
  fail({ kind: "invalidRequest", message, ...(field !== undefined && { field }) });
