import { z } from "@hono/zod-openapi";
import { RECORDING_TYPES } from "../../domain/recording.ts";

const RecordingEntry = z.object({
  type: z.enum(RECORDING_TYPES).openapi({
    description:
      "`har`: HAR 1.2. `video`: MP4 of the tab in use. `screenshots`: an index of images. `log`: navigations, console, exceptions, clicks and keys, a JSON object a line.",
  }),
  status: z.enum(["processing", "ready", "failed"]).openapi({
    description: "`processing` while the session runs, and while a video is made: that begins when it is asked for.",
  }),
  error: z.string().nullable().openapi({ description: "Why it failed." }),
  contentType: z.string(),
  size: z.number().int().nullable().openapi({ description: "Bytes; `null` while it is not whole." }),
  startedAt: z.iso.datetime(),
  duration: z.number().openapi({ description: "Seconds." }),
  expiresAt: z.iso.datetime().nullable().openapi({ description: "When it is deleted; `null` while the session runs." }),
  url: z.url().openapi({ description: "Needs no header; valid until `linksExpireAt`." }),
});

export const RecordingList = z
  .object({
    sessionId: z.string(),
    recordings: z.array(RecordingEntry),
    playerUrl: z.url().openapi({ description: "A page that plays all of it on one time line." }),
    linksExpireAt: z.iso.datetime(),
  })
  .openapi("RecordingList");
export type RecordingList = z.output<typeof RecordingList>;

export const RecordingChanged = z.object({ sessionId: z.string(), paused: z.boolean() }).openapi("RecordingChanged");

export const RecordingDeleted = z
  .object({ sessionId: z.string(), type: z.enum(RECORDING_TYPES), deleted: z.literal(true) })
  .openapi("RecordingDeleted");

export const ScreenshotIndex = z
  .object({
    screenshots: z.array(
      z.object({
        n: z
          .number()
          .int()
          .openapi({ description: "From 1, in the order of time; the image is at `…/screenshots/{n}`." }),
        at: z.number().openapi({ description: "Epoch milliseconds." }),
        url: z.string(),
        tab: z.string().openapi({ description: "CDP target id." }),
        width: z.number().int(),
        height: z.number().int(),
      }),
    ),
  })
  .openapi("ScreenshotIndex");
