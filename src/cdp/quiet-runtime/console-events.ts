/** CDP's `Console.ConsoleMessage`, as V8 fills it. */
export interface ConsoleMessage {
  readonly level: string;
  readonly text: string;
  readonly url?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

/** What the page's error listener reports. */
interface PageError {
  readonly text: string;
  readonly url: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What reports of uncaught errors are called. */
export const ERROR_REPORT = "error";
/** The same, for a recording: clients hear nothing of them. */
export const ERROR_REPORT_OF_RECORDER = "recorded-error";

/**
 * Chromium's console domain is quiet about exceptions, and tells no other world of a page's errors. So a listener in
 * the page's own world logs them, for Berth alone. It is there before the page's first script, works with functions
 * that the page has not touched yet, and reads nothing of what was thrown: a page cannot tell.
 *
 * @param mark begins every report.
 */
export const errorListener = (mark: string): string => `{
  const report = console.debug.bind(console, ${JSON.stringify(mark)});
  const { stringify } = JSON;
  const { apply, getOwnPropertyDescriptor } = Reflect;
  const { addEventListener } = window;
  const getter = (type, name) => getOwnPropertyDescriptor(type.prototype, name).get;
  const getMessage = getter(ErrorEvent, "message");
  const getFile = getter(ErrorEvent, "filename");
  const getLine = getter(ErrorEvent, "lineno");
  const getColumn = getter(ErrorEvent, "colno");
  const getReason = getter(PromiseRejectionEvent, "reason");
  const read = (get, event) => apply(get, event, []);
  const isObject = (value) => typeof value === "object" && value !== null;
  apply(addEventListener, window, ["error", (event) => {
    try {
      const at = { url: read(getFile, event), line: read(getLine, event), column: read(getColumn, event) };
      report(stringify({ text: read(getMessage, event), url: at.url, line: at.line, column: at.column }));
    } catch {
      // Something that could not be loaded: no error of a script.
    }
  }]);
  apply(addEventListener, window, ["unhandledrejection", (event) => {
    const reason = read(getReason, event);
    const text = isObject(reason) ? getOwnPropertyDescriptor(reason, "message")?.value : reason;
    const said = typeof text === "string" ? text : "a promise was rejected";
    report(stringify({ text: "Uncaught (in promise) Error: " + said, url: "", line: 1, column: 1 }));
  }]);
}`;

/**
 * Stands in for a binding until the browser's own is there: without the Runtime domain Chromium adds bindings to the
 * documents of now only. Bound to its mark, the console's own function looks as a binding does.
 */
export const bindingStandIn = (name: string, mark: string): string =>
  `if (window === top) globalThis[${JSON.stringify(name)}] = console.debug.bind(console, ${JSON.stringify(mark)});`;

/** A console message as `Runtime.consoleAPICalled`; its arguments are known as text only. */
export function toConsoleCall({ level, text, url, line, column }: ConsoleMessage, at: Reported): object {
  const frame = { functionName: "", scriptId: "0", url: url ?? "", ...position(line, column) };
  return {
    type: level,
    args: [{ type: "string", value: text }],
    executionContextId: at.contextId,
    timestamp: at.timestamp,
    ...(url !== undefined && { stackTrace: { callFrames: [frame] } }),
  };
}

const UNCAUGHT = /^Uncaught (?:\(in promise\) )?/;
const CLASS = /^((?:[A-Z]\w*)?(?:Error|Exception)): /;

/** An uncaught error as `Runtime.exceptionThrown`. */
export function toException(payload: string, at: Reported): object {
  const { text, url, line, column } = JSON.parse(payload) as PageError;
  const description = text.replace(UNCAUGHT, "");
  const className = CLASS.exec(description)?.[1];
  const exception =
    className === undefined
      ? { type: "string", value: description }
      : { type: "object", subtype: "error", className, description };
  const details = { exceptionId: 0, text: "Uncaught", url, ...position(line, column), exception };
  return { timestamp: at.timestamp, exceptionDetails: { ...details, executionContextId: at.contextId } };
}

/** Where and when something was reported; `timestamp` in epoch milliseconds. */
export interface Reported {
  readonly contextId: number;
  readonly timestamp: number;
}

const position = (line = 1, column = 1) => ({
  lineNumber: Math.max(0, line - 1),
  columnNumber: Math.max(0, column - 1),
});
