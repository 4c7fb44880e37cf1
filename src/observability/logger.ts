import { redact } from "./redact.ts";

/** What is known about an event. Secrets are taken out by key name and by shape before anything is written. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Named events with fields, such as `session.launched`. Never throws. */
export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogLevel = "info" | "warn" | "error";

/** Where lines go. */
export type LogSink = (level: LogLevel, line: string) => void;

/** Workers Logs reads JSON from the console and adds the time. */
const consoleSink: LogSink = (level, line) => console[level](line);

/** A logger that writes one JSON object a line. */
export function createLogger({ sink = consoleSink }: { readonly sink?: LogSink } = {}): Logger {
  const write = (level: LogLevel, event: string, fields: LogFields = {}): void => {
    sink(level, toLine({ level, event }, fields));
  };
  return {
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
  };
}

function toLine(head: { readonly level: LogLevel; readonly event: string }, fields: LogFields): string {
  try {
    // The head comes last: a field cannot pass for another event.
    return JSON.stringify({ ...redact(fields), ...head });
  } catch {
    // A getter that throws, for example. The event still counts.
    return JSON.stringify({ ...head, unloggable: true });
  }
}
