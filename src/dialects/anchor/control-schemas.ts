import { z } from "@hono/zod-openapi";
import { CONTROL_BUTTONS } from "../../domain/control.ts";
import { integer } from "../fields.ts";

const position = (description: string) => z.number().min(-100_000).max(100_000).openapi({ description, example: 120 });
const button = z.enum(CONTROL_BUTTONS).optional().openapi({ description: "Mouse button.", default: "left" });
const at = { x: position("X coordinate, in CSS pixels of the viewport."), y: position("Y coordinate.") };
/** What is written is a page's: any text. */
const longText = (description: string) => z.string().max(1_000_000).openapi({ description });

export const GotoRequest = z
  .object({
    url: z.string().min(1).max(2_000_000).openapi({ description: "Where to go.", example: "https://example.com" }),
  })
  .openapi("GotoRequest");

export const ClickRequest = z
  .object({
    x: at.x.optional(),
    y: at.y.optional(),
    selector: z
      .string()
      .min(1)
      .max(10_000)
      .optional()
      .openapi({ description: "CSS selector, instead of coordinates." }),
    index: integer(0, 100_000).optional().openapi({ description: "Which of those that match.", default: 0 }),
    selectorTimeoutMs: integer(1, 60_000)
      .optional()
      .openapi({ description: "How long the element may take to appear.", default: 5000 }),
    button,
  })
  .openapi("MouseClickRequest");

export const PointRequest = z.object({ ...at, button }).openapi("MouseRequest");
export const MoveRequest = z.object(at).openapi("MouseMoveRequest");

export const DragRequest = z
  .object({
    startX: position("Starting X coordinate."),
    startY: position("Starting Y coordinate."),
    endX: position("Ending X coordinate."),
    endY: position("Ending Y coordinate."),
    button,
  })
  .openapi("DragAndDropRequest");

export const ScrollRequest = z
  .object({
    ...at,
    deltaX: position("Horizontal amount; positive is right.").optional(),
    deltaY: position("Vertical amount; positive is down."),
    steps: integer(1, 1000).optional().openapi({ description: "Wheel events that it is divided into.", default: 1 }),
    useOs: z
      .boolean()
      .optional()
      .openapi({ description: "Either way pages get the browser's own, trusted wheel events.", default: true }),
  })
  .openapi("ScrollRequest");

export const TypeRequest = z
  .object({
    text: longText("What to type."),
    delay: integer(0, 10_000).optional().openapi({ description: "Milliseconds between two keys.", default: 0 }),
  })
  .openapi("KeyboardTypeRequest");

export const ShortcutRequest = z
  .object({
    keys: z
      .array(z.string().min(1).max(40))
      .min(1)
      .max(10)
      .openapi({ description: "Keys.", example: ["Control", "A"] }),
    holdTime: integer(0, 10_000).optional().openapi({ description: "Milliseconds that they are held.", default: 0 }),
  })
  .openapi("KeyboardShortcutRequest");

export const ClipboardRequest = z
  .object({ text: longText("What the clipboard is to hold.") })
  .openapi("ClipboardRequest");
export const PasteRequest = z
  .object({ text: longText("What to paste; without it what the clipboard holds.").optional() })
  .openapi("PasteRequest");

export const StatusResponse = z.object({ status: z.literal("success") }).openapi("ControlResponse");
export const TextResponse = z.object({ text: z.string() }).openapi("CopyResponse");
export const ClipboardResponse = z.object({ data: z.object({ text: z.string() }) }).openapi("ClipboardResponse");
