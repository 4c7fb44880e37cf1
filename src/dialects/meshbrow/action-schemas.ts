import { z } from "@hono/zod-openapi";
import { LOAD_STATES } from "../../domain/control.ts";
import { integer } from "../fields.ts";

const selector = () => z.string().min(1).max(10_000).openapi({ description: "CSS selector.", example: "#login" });
const loadState = () => z.enum(LOAD_STATES).optional();
const longText = (description: string) => z.string().max(1_000_000).openapi({ description });

export const NavigateRequest = z
  .strictObject({
    url: z.string().min(1).max(2_000_000).openapi({ description: "Where to go.", example: "https://example.com" }),
    wait_until: loadState().openapi({ description: "When it counts as loaded.", default: "load" }),
    wait: loadState().openapi({ description: "The same as `wait_until`." }),
    timeout: integer(1, 80).optional().openapi({ description: "Seconds that it may take.", default: 30 }),
  })
  .openapi("NavigateRequest");

export const ExecuteRequest = z
  .strictObject({ script: longText("An expression, or statements with a `return`; promises are waited for.") })
  .openapi("ExecuteRequest");

export const ClickActionRequest = z.strictObject({ selector: selector() }).openapi("ClickRequest");

export const TypeActionRequest = z
  .strictObject({
    selector: selector(),
    text: longText("What to write."),
    clear: z.boolean().optional().openapi({ description: "In the place of what is there.", default: true }),
  })
  .openapi("TypeRequest");

export const ExtractRequest = z
  .strictObject({
    selector: selector().optional().openapi({ default: "body" }),
    kind: z.enum(["text", "html"]).optional().openapi({ description: "What of each element.", default: "text" }),
    max_length: integer(1, 1_000_000)
      .optional()
      .openapi({ description: "Characters of each element.", default: 100_000 }),
  })
  .openapi("ExtractRequest");

export const WaitRequest = z
  .strictObject({
    selector: selector(),
    timeout_ms: integer(1, 80_000).optional().openapi({ description: "Milliseconds to wait.", default: 30_000 }),
  })
  .openapi("WaitRequest");

export const ScrollActionRequest = z
  .strictObject({
    direction: z
      .enum(["up", "down", "top", "bottom"])
      .optional()
      .openapi({ description: "Where to.", default: "down" }),
    amount: integer(0, 1_000_000).optional().openapi({ description: "Pixels, up or down.", default: 500 }),
  })
  .openapi("ScrollRequest");

export const ScreenshotActionRequest = z
  .strictObject({
    full_page: z.boolean().optional().openapi({ description: "The whole page.", default: false }),
    selector: selector().optional().openapi({ description: "One element of it." }),
  })
  .openapi("ScreenshotRequest");

const answer = <Shape extends z.ZodRawShape>(shape: Shape) => z.object({ data: z.object(shape) });

export const NavigateResponse = answer({ status: z.literal("complete"), url: z.string(), title: z.string() });
export const ExecuteResponse = answer({ result: z.unknown() });
export const DoneResponse = answer({ status: z.literal("complete") });
export const ExtractResponse = answer({ selector: z.string(), content: z.array(z.string()), text: z.string() });
export const ScreenshotResponse = answer({ data: z.string(), format: z.literal("png") });
