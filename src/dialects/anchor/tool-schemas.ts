import { z } from "@hono/zod-openapi";
import { integer, viewportSide } from "../fields.ts";

const url = () =>
  z.string().min(1).max(2_000_000).optional().openapi({
    description: "Page to load; without it the page that the session shows.",
    example: "https://example.com",
  });
const wait = () =>
  integer(0, 60_000).optional().openapi({ description: "Milliseconds to wait after it has loaded.", default: 0 });

export const ToolQuery = z.strictObject({
  sessionId: z.string().optional().openapi({
    description: "Session whose browser does it. Without one, a session is started for the call and ended after it.",
  }),
});

export const ScreenshotToolRequest = z
  .object({
    url: url(),
    width: viewportSide().optional().openapi({ description: "Width of the viewport." }),
    height: viewportSide().optional().openapi({ description: "Height of the viewport." }),
    image_quality: integer(1, 100)
      .optional()
      .openapi({ description: "Below 100 the answer is a JPEG of this quality.", default: 100 }),
    wait: wait(),
    scroll_all_content: z
      .boolean()
      .optional()
      .openapi({ description: "Scroll through the page first.", default: false }),
    capture_full_height: z.boolean().optional().openapi({ description: "The whole page.", default: false }),
    s3_target_address: z.string().optional().openapi({ description: "Not supported: the answer is the image." }),
  })
  .openapi("ScreenshotWebpageRequest");

export const FetchToolRequest = z
  .object({
    url: url(),
    format: z.enum(["html", "markdown"]).optional().openapi({ description: "What to answer.", default: "html" }),
    wait: wait(),
    new_page: z.boolean().optional().openapi({ description: "Load it in a tab of its own.", default: false }),
    page_index: integer(0, 1000).optional().openapi({ description: "The tab to use, the oldest is 0." }),
    return_partial_on_timeout: z
      .boolean()
      .optional()
      .openapi({ description: "Answer what there is when the page has not loaded after 20 s.", default: false }),
  })
  .openapi("FetchWebpageRequest");

const inches = (otherwise: number) =>
  z.number().min(0).max(100).optional().openapi({ description: "Inches.", default: otherwise });

export const PdfToolRequest = z
  .object({
    url: url(),
    wait: wait(),
    landscape: z.boolean().optional().openapi({ description: "Paper on its side.", default: false }),
    display_header_footer: z.boolean().optional().openapi({ description: "With header and footer.", default: false }),
    print_background: z.boolean().optional().openapi({ description: "With backgrounds.", default: false }),
    scale: z.number().min(0.1).max(2).optional().openapi({ description: "Scale of the rendering.", default: 1 }),
    paper_width: inches(8.5),
    paper_height: inches(11),
    margin_top: inches(0.4),
    margin_bottom: inches(0.4),
    margin_left: inches(0.4),
    margin_right: inches(0.4),
    page_ranges: z
      .string()
      .regex(/^\s*(?:\d{1,6}\s*(?:-\s*\d{0,6}\s*)?(?:,\s*\d{1,6}\s*(?:-\s*\d{0,6}\s*)?)*)?$/, {
        error: "must be pages and ranges, as in 1-5, 8",
      })
      .max(1000)
      .optional()
      .openapi({ description: "Pages to print; none is all.", example: "1-5, 8" }),
    header_template: z.string().max(100_000).optional().openapi({ description: "HTML of the header." }),
    footer_template: z.string().max(100_000).optional().openapi({ description: "HTML of the footer." }),
    prefer_css_page_size: z
      .boolean()
      .optional()
      .openapi({ description: "The page's own size counts.", default: false }),
  })
  .openapi("PagePdfRequest");
