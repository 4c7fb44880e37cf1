import { z } from "@hono/zod-openapi";

const RecordingItem = z.object({
  id: z.string().openapi({ description: "Unique identifier for the recording." }),
  is_primary: z.boolean().openapi({ description: "Indicates if this is the primary recording." }),
  file_link: z.url().openapi({ description: "URL to access the recording file; needs no header, and expires." }),
  suggested_file_name: z.string(),
  duration: z.string().openapi({ description: "`HH:MM:SS`.", example: "00:02:31" }),
  size: z.number().int().optional().openapi({ description: "Size of the file in bytes, once it is made." }),
  created_at: z.iso.datetime(),
  status: z.enum(["processing", "ready", "failed"]).openapi({
    description: "`processing` while the session runs and while the file is made: that begins when it is asked for.",
  }),
  player_link: z.url().openapi({ description: "A page that plays the video with the session's log on one time line." }),
});

export const RecordingsResponse = z.object({
  data: z.object({
    count: z.number().int().openapi({ description: "Total number of video recordings." }),
    items: z.array(RecordingItem),
  }),
});
export type RecordingsResponse = z.output<typeof RecordingsResponse>;
