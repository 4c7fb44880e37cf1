import { z } from "@hono/zod-openapi";
import { text } from "../fields.ts";

const MAX_NAME_LENGTH = 255;

/** The fields of `POST /v1/extensions` that are not files. */
export const ExtensionFields = z.object({
  name: text(1, MAX_NAME_LENGTH).openapi({ description: "Name of the extension, for people." }),
});

/** The form of `POST /v1/extensions`. */
export const ExtensionForm = ExtensionFields.extend({
  file: z.string().openapi({
    format: "binary",
    description:
      "A ZIP archive of up to 20 MB with `manifest.json` at its root, or in the one folder around everything.",
  }),
});

export const Extension = z
  .object({
    id: z.uuid().openapi({ description: "What `browser.extensions` names." }),
    name: z.string(),
    manifest: z.record(z.string(), z.unknown()).openapi({ description: "Its `manifest.json`." }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    support: z.enum(["full", "emulated", "unsupported"]).openapi({
      description:
        "Berth's own: how it fares in a browser that loads no extensions, where Berth plays the browser's part.",
    }),
    unsupported: z
      .array(z.string())
      .openapi({ description: "Berth's own: what it needs and is not played.", example: ["chrome.debugger.attach"] }),
    limits: z.array(z.string()).openapi({ description: "Berth's own: what is different there, a sentence each." }),
    size_bytes: z.int().openapi({ description: "Berth's own: of its files, unpacked." }),
  })
  .openapi("Extension");
export type Extension = z.infer<typeof Extension>;

export const ExtensionResponse = z.object({ data: Extension }).openapi("ExtensionResponse");
export const ExtensionListResponse = z.object({ data: z.array(Extension) }).openapi("ExtensionListResponse");
export const ExtensionDeletedResponse = z
  .object({ data: z.object({ id: z.uuid(), deleted: z.literal(true) }) })
  .openapi("ExtensionDeletedResponse");

export const ExtensionPath = z.object({
  extension_id: z
    .string()
    .openapi({ param: { name: "extension_id", in: "path" }, description: "Id of the extension." }),
});
