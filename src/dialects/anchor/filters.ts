import { z } from "@hono/zod-openapi";
import type { Failure } from "../../domain/failure.ts";
import { fail, type Result, succeed } from "../../domain/result.ts";
import type { SessionFilter } from "../../service/session-service.ts";
import { booleanParameter } from "../query.ts";
import { fieldFailure } from "../validation.ts";

const MAX_TEXT_LENGTH = 1024;
const parameterText = (description: string, example?: string) =>
  z
    .string()
    .max(MAX_TEXT_LENGTH)
    .optional()
    .openapi({ description, ...(example !== undefined && { example }) });

const time = (description: string) =>
  z
    .union([z.iso.datetime({ offset: true, local: true }), z.iso.date()], {
      error: "must be an ISO 8601 time such as 2026-10-27T14:00:00Z",
    })
    .optional()
    .openapi({ type: "string", format: "date-time", description });

const flag = (description: string) => booleanParameter().optional().openapi({ description });

/** Filters of `GET /v1/sessions` and of `GET /v1/sessions/all/status`. */
export const FilterParameters = {
  tags: parameterText("Comma-separated tags; a session must carry all of them.", "production,scraping"),
  created_from: time("Only sessions created at or after this time (ISO 8601)."),
  created_to: time("Only sessions created at or before this time (ISO 8601)."),
  batch_id: parameterText("Sessions of a batch. There are no batches: matches nothing."),
  task_initiated: flag("Sessions started by a task. There are no tasks: `true` matches nothing."),
  playground: flag("Sessions of a playground. There is none: `true` matches nothing."),
  domains: parameterText("Not supported: visited sites are not recorded."),
  profile_name: parameterText("Only sessions that loaded the profile of this name."),
  proxy: flag("Only sessions with (`true`) or without (`false`) a proxy."),
  extra_stealth: flag("Not supported."),
};
const Filters = z.object(FilterParameters);

/** `"nothing"` when no session of Berth can match; the caller need not look. */
export type Filter = SessionFilter | "nothing";

/** What the session index does not hold: a filter by it would have to be ignored. */
const UNKNOWN_TO_THE_INDEX = ["domains", "extra_stealth"] as const;

/** @returns `invalidRequest` naming a filter that cannot be answered. */
export function toFilter(query: z.infer<typeof Filters>): Result<Filter, Failure> {
  const unsupported = UNKNOWN_TO_THE_INDEX.find((name) => query[name] !== undefined);
  if (unsupported !== undefined) return fail(fieldFailure(unsupported, "is not supported as a filter"));
  if (query.batch_id !== undefined || query.task_initiated === true || query.playground === true) {
    return succeed("nothing");
  }
  const { tags, proxy, created_from: from, created_to: to, profile_name: profileName } = query;
  return succeed({
    ...(tags !== undefined && { tags: commaSeparated(tags) }),
    ...(proxy !== undefined && { hasProxy: proxy }),
    ...(profileName !== undefined && { profileName }),
    ...(from !== undefined && { createdFrom: toEpochMs(from) }),
    ...(to !== undefined && { createdTo: toEpochMs(to) }),
  });
}

export const commaSeparated = (list: string): string[] =>
  list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** A time without a zone is UTC, as everything in this API. */
function toEpochMs(iso: string): number {
  const hasZone = !iso.includes("T") || /(?:Z|[+-]\d{2}:?\d{2})$/.test(iso);
  return Date.parse(hasZone ? iso : `${iso}Z`);
}
