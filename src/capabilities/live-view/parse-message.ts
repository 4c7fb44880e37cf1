import { z } from "zod";
import { FILE_PART_UNITS, MOUSE_BUTTONS, type ViewerMessage } from "../../domain/live-view.ts";

const position = z.number().min(-100_000).max(100_000);
const at = { x: position, y: position, modifiers: z.int().min(0).max(15) };
/** More than this is a file's, not a hand's. */
const text = z.string().max(4_000_000);
const name = z.string().max(1024);
const targetId = z.string().max(200);

const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ack"), frame: z.int().nonnegative() }),
  z.object({ type: z.literal("size"), width: z.int().min(1).max(16_384), height: z.int().min(1).max(16_384) }),
  z.object({ type: z.literal("ping"), at: z.number() }),
  z.object({ type: z.literal("watch"), tab: targetId.nullable() }),
  z.object({
    type: z.literal("mouse"),
    event: z.enum(["move", "down", "up"]),
    ...at,
    button: z.enum(MOUSE_BUTTONS),
    buttons: z.int().min(0).max(31),
    clickCount: z.int().min(0).max(10),
  }),
  z.object({ type: z.literal("wheel"), ...at, deltaX: position, deltaY: position }),
  z.object({
    type: z.literal("touch"),
    event: z.enum(["start", "move", "end", "cancel"]),
    points: z.array(z.object({ id: z.int(), x: position, y: position })).max(16),
    modifiers: at.modifiers,
  }),
  z.object({
    type: z.literal("key"),
    event: z.enum(["down", "up"]),
    key: name,
    code: name,
    keyCode: z.int().min(0).max(65_535),
    location: z.int().min(0).max(3),
    text: name,
    modifiers: at.modifiers,
    isRepeat: z.boolean(),
  }),
  z.object({
    type: z.literal("compose"),
    text,
    selectionStart: z.int().nonnegative(),
    selectionEnd: z.int().nonnegative(),
  }),
  z.object({ type: z.literal("text"), text }),
  z.object({ type: z.literal("paste"), text }),
  z.object({ type: z.literal("copy"), isCut: z.boolean() }),
  z.object({ type: z.literal("goto"), url: z.string().max(2_000_000) }),
  z.object({ type: z.literal("back") }),
  z.object({ type: z.literal("forward") }),
  z.object({ type: z.literal("reload") }),
  z.object({ type: z.literal("stop") }),
  z.object({ type: z.literal("dialog"), accept: z.boolean(), text }),
  z.object({ type: z.literal("pick"), picker: z.int(), choice: z.union([z.int(), name, z.null()]) }),
  z.object({
    type: z.literal("filePart"),
    chooser: z.int(),
    file: z.int().min(0).max(999),
    data: z.base64().max(FILE_PART_UNITS),
  }),
  z.object({
    type: z.literal("files"),
    chooser: z.int(),
    files: z.array(z.object({ name, type: name, lastModified: z.number() })).max(1000),
  }),
  z.object({ type: z.literal("filesSent"), chooser: z.int() }),
  z.object({ type: z.literal("openTab") }),
  z.object({ type: z.literal("closeTab"), tab: targetId }),
  z.object({ type: z.literal("takeControl") }),
  z.object({ type: z.literal("returnControl") }),
]) satisfies z.ZodType<ViewerMessage>;

/** What a viewer has sent; `undefined` when it is none of its messages. */
export function parseViewerMessage(data: unknown): ViewerMessage | undefined {
  if (typeof data !== "string") return undefined;
  try {
    return Message.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
