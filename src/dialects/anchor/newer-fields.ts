import { z } from "@hono/zod-openapi";

/**
 * Fields that the vendor has added since the description that Berth implements. Those that are not supported are
 * known so that a caller who switches one on is told that it does nothing here, instead of finding out; at their
 * defaults they are ignored.
 */
const supported = (description: string) =>
  z
    .object({ active: z.boolean().optional().openapi({ description: "Enable or disable it.", default: false }) })
    .optional()
    .openapi({ description });
const flag = (description: string) =>
  z
    .boolean()
    .optional()
    .openapi({ description: `${description} Not supported.` });
const toggle = (description: string) =>
  z
    .object({ active: flag("Enable or disable it.") })
    .optional()
    .openapi({ description: `${description} Not supported.` });

export const NewerLiveViewFields = { one_time_url: flag("Single-use live view URL.") };

export const NewerSessionFields = { scoped_access: toggle("One URL per token scope.") };

export const NewerBrowserFields = {
  pdf_viewer: z
    .object({ active: z.boolean().optional().openapi({ description: "Enable or disable it.", default: true }) })
    .optional()
    .openapi({ description: "Show PDFs instead of downloading them." }),
  force_popups_as_tabs: supported("Windows that pages open with a size of their own become tabs."),
  web_bot_auth: toggle("Sign requests with Web Bot Auth."),
  disable_dialogs: supported("Pages' alert, confirm, prompt and print show nothing: confirm is declined."),
  cross_origin_support: supported("Pages may read what other origins answer, and show their documents in frames."),
  sensitive_data_mask: toggle("Mask sensitive data in pages."),
  tracing: z
    .object({ snapshots: flag("Capture snapshots.") })
    .optional()
    .openapi({ description: "Browser tracing. There is none here; asking for snapshots is refused." }),
};

export const NewerRequestFields = {
  identities: z
    .array(z.unknown())
    .optional()
    .openapi({ description: "Identities of an authenticated session. Not supported." }),
};
