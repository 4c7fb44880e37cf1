import type { RecordingContent } from "../service/recording-service.ts";
import { contentDisposition } from "./content-disposition.ts";

/** Recordings may be asked for again and again by whoever may see them, and by nobody else. */
const CACHE_CONTROL = "private, no-cache";

/**
 * A recording as HTTP sends it: whole or in part, with what a cache needs to know of it (RFC 9110).
 *
 * @param disposition whether a browser shows it, or saves it under its name.
 */
export function toContentResponse(
  { fetched, contentType, fileName }: RecordingContent,
  disposition: "attachment" | "inline" = "attachment",
): Response {
  const { etag } = fetched;
  const headers = new Headers({ etag, "cache-control": CACHE_CONTROL, "accept-ranges": "bytes" });
  if (fetched.kind !== "content") {
    return new Response(null, { status: fetched.kind === "unchanged" ? 304 : 412, headers });
  }
  const { body, size, range } = fetched;
  headers.set("content-type", contentType);
  headers.set("content-length", String(range?.length ?? size));
  headers.set("content-disposition", contentDisposition(disposition, fileName));
  if (range === null) return new Response(body, { status: 200, headers });
  headers.set("content-range", `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`);
  return new Response(body, { status: 206, headers });
}
