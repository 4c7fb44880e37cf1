import { z } from "@hono/zod-openapi";
import type { ControlState } from "../domain/live-view.ts";
import { integer, text } from "./fields.ts";

const DEFAULT_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 600_000;

/** The body of a request for a person's help: the same in both APIs, which have no word for it. */
export const HelpRequest = z
  .object({
    message: text(0, 1000).optional().openapi({ description: "What a person is to do.", example: "Please sign in" }),
    timeoutMs: integer(1, LONGEST_WAIT_MS)
      .optional()
      .openapi({ description: "How long to wait for one.", default: DEFAULT_WAIT_MS }),
  })
  .openapi("HelpRequest");

export const toHelp = ({ message = "", timeoutMs = DEFAULT_WAIT_MS }: z.output<typeof HelpRequest>) =>
  ({ kind: "request", message, timeoutMs }) as const;

/** When control was taken, as both APIs tell times. */
export const takenAt = (state: ControlState): string | null =>
  state.takenAt === null ? null : new Date(state.takenAt).toISOString();
