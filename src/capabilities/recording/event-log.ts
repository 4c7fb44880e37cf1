import type { Protocol } from "devtools-protocol";
import { ERROR_REPORT_OF_RECORDER } from "../../cdp/quiet-runtime/console-events.ts";
import type { LogDetail } from "../../domain/recording.ts";
import { withoutPassword } from "./har/har-headers.ts";

/** UTF-16 code units of a message that are kept. */
const MAX_TEXT = 8192;

const clipped = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

/** CDP's levels, without the one that it has twice. */
const levelOf = (level: string): string => (level === "verbose" ? "debug" : level);

export function consoleEvent({ level, text, url, line }: Protocol.Console.ConsoleMessage, tab?: string): LogDetail {
  const place = { ...(url !== undefined && url !== "" && { url: withoutPassword(url) }), ...(line && { line }) };
  return { type: "console", level: levelOf(level), text: clipped(text), ...place, ...(tab !== undefined && { tab }) };
}

export function exceptionEvent({ exceptionDetails }: Protocol.Runtime.ExceptionThrownEvent, tab?: string): LogDetail {
  const { text, exception, url, lineNumber } = exceptionDetails;
  const [first = text] = (exception?.description ?? `${text} ${String(exception?.value ?? "")}`).split("\n", 1);
  const place = { ...(url !== undefined && url !== "" && { url: withoutPassword(url) }), line: lineNumber + 1 };
  return { type: "exception", text: clipped(first), ...place, ...(tab !== undefined && { tab }) };
}

/** What the error listener in a page has reported; `undefined` for reports that are somebody else's. */
export function reportedError({ name, payload }: Report, tab?: string): LogDetail | undefined {
  if (name !== ERROR_REPORT_OF_RECORDER) return undefined;
  const { text, url, line } = JSON.parse(payload) as { text: string; url: string; line: number };
  const place = url === "" ? {} : { url: withoutPassword(url), line };
  return { type: "exception", text: clipped(text), ...place, ...(tab !== undefined && { tab }) };
}

interface Report {
  readonly name: string;
  readonly payload: string;
}

/** What a person would notice of a client's command; `undefined` for most. */
export function inputEvent(
  method: string,
  params: Readonly<Record<string, unknown>>,
  tab: string,
): LogDetail | undefined {
  switch (method) {
    case "Input.dispatchMouseEvent":
      if (params["type"] !== "mousePressed") return undefined;
      return { ...click(params, typeof params["button"] === "string" ? params["button"] : "left"), tab };
    case "Input.dispatchTouchEvent":
      return touch(params, tab);
    case "Input.dispatchKeyEvent": {
      const { type } = params;
      return type === "keyDown" || type === "rawKeyDown" ? { type: "key", key: keyName(params), tab } : undefined;
    }
    case "Input.insertText":
    case "Input.imeSetComposition":
      return { type: "key", key: "text", tab };
    default:
      return undefined;
  }
}

const click = (point: Readonly<Record<string, unknown>>, button: string): LogDetail & { type: "click" } => ({
  type: "click",
  x: Math.round(Number(point["x"]) || 0),
  y: Math.round(Number(point["y"]) || 0),
  button,
});

function touch({ type, touchPoints }: Readonly<Record<string, unknown>>, tab: string): LogDetail | undefined {
  if (type !== "touchStart" || !Array.isArray(touchPoints)) return undefined;
  const [point] = touchPoints as readonly Readonly<Record<string, unknown>>[];
  return point && { ...click(point, "touch"), tab };
}

/** A key that types a character is not told apart from another one: passwords are typed too. */
function keyName({ key }: Readonly<Record<string, unknown>>): string {
  return typeof key === "string" && /^[A-Z][A-Za-z0-9]+$/.test(key) ? key : "character";
}
