import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Failure } from "../domain/failure.ts";

/** Larger than any JSON request that the APIs describe. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/** A storage state is parsed in memory, and takes several times its size there. */
export const STORAGE_STATE_LIMIT_BYTES = 8 * 1024 * 1024;

/** A file of 100 MB, and the form around it. */
export const UPLOAD_LIMIT_BYTES = 101 * 1024 * 1024;

/** An extension of 20 MB, and the form around it: all of it is read into memory. */
export const EXTENSION_LIMIT_BYTES = 21 * 1024 * 1024;

/** Refuses longer bodies by their declared length, or as soon as an undeclared one has grown past the limit. */
export function limitBody(
  refuse: (failure: Failure) => Response,
  limitBytes: number = BODY_LIMIT_BYTES,
): MiddlewareHandler {
  return bodyLimit({
    maxSize: limitBytes,
    onError: () => refuse({ kind: "bodyTooLarge", limitBytes }),
  });
}
