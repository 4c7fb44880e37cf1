const REDACTED = "[redacted]";

/** Nobody reads deeper or longer, and a log line must not cost more than the work it tells of. */
const MAX_DEPTH = 5;
const MAX_ENTRIES = 50;
const MAX_STRING_CHARACTERS = 2_000;
/** Over the whole line, so that width times depth stays bounded too. */
const MAX_VALUES = 500;

/** Compared without case, `-` and `_`. */
const SECRET_KEYS = new Set([
  "authorization",
  "proxyauthorization",
  "cookie",
  "cookies",
  "setcookie",
  "key",
  "credential",
  "credentials",
  "anchorapikey",
]);
const SECRET_KEY_ENDINGS = ["password", "passphrase", "secret", "token", "apikey", "privatekey", "authtag"];

/** What replaces a secret inside a string; `$1` keeps what names it. */
const SECRET_PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Query parameters of our own URLs and of others: token=…, connectToken=…, apiKey=…, password=….
  [/((?:token|api[_-]?key|password|secret)=)[^&\s"'#]+/gi, `$1${REDACTED}`],
  [/\b(bearer|basic)\s+[\w~+/.=-]+/gi, `$1 ${REDACTED}`],
  // Our own credentials, wherever they stand.
  [/\b(mb_live_|ct_)[\w-]{16,}/g, `$1${REDACTED}`],
  // User information in a URL.
  [/(\w:\/\/)[^/\s@]+@/g, `$1${REDACTED}@`],
  // Drizzle appends a failed query's parameters to its message.
  [/(\nparams: )[^]*$/, `$1${REDACTED}`],
];

/** A copy of a log line's fields without secrets, and bounded in depth, width and length. */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const budget = { left: MAX_VALUES };
  return redactEntries(Object.entries(fields), budget, 0);
}

interface Budget {
  left: number;
}

function isSecretKey(key: string): boolean {
  const plain = key.toLowerCase().replaceAll(/[-_]/g, "");
  return SECRET_KEYS.has(plain) || SECRET_KEY_ENDINGS.some((ending) => plain.endsWith(ending));
}

function redactText(text: string): string {
  // Cut after redaction: a cut through a secret would leave a part that no pattern knows.
  const clean = SECRET_PATTERNS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
  return clean.length > MAX_STRING_CHARACTERS ? `${clean.slice(0, MAX_STRING_CHARACTERS)}…` : clean;
}

function redactEntries(entries: readonly [string, unknown][], budget: Budget, depth: number): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [key, value] of entries.slice(0, MAX_ENTRIES)) {
    kept.push([redactText(key), isSecretKey(key) && value != null ? REDACTED : redactValue(value, budget, depth + 1)]);
  }
  if (entries.length > MAX_ENTRIES) kept.push(["…", `${entries.length - MAX_ENTRIES} more`]);
  return Object.fromEntries(kept);
}

function redactValue(value: unknown, budget: Budget, depth: number): unknown {
  budget.left -= 1;
  if (budget.left < 0) return "…";
  switch (typeof value) {
    case "string":
      return redactText(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
    case "function":
      return `[${typeof value}]`;
    case "object":
      return value === null ? null : redactObject(value, budget, depth);
    case "number":
      // JSON has no word for these.
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
    case "undefined":
      return value;
    default:
      return `[${typeof value}]`;
  }
}

function redactObject(value: object, budget: Budget, depth: number): unknown {
  // Depth ends cycles as well.
  if (depth > MAX_DEPTH) return "…";
  if (value instanceof Error) return redactError(value, budget, depth);
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ENTRIES).map((item: unknown) => redactValue(item, budget, depth + 1));
    return value.length > MAX_ENTRIES ? [...kept, `… ${value.length - MAX_ENTRIES} more`] : kept;
  }
  if (value instanceof Map || value instanceof Headers) {
    const entries = [...value.entries()].map(([key, item]): [string, unknown] => [String(key), item]);
    return redactEntries(entries, budget, depth);
  }
  if (value instanceof Set) return redactObject([...value], budget, depth);
  return redactEntries(Object.entries(value), budget, depth);
}

/** Frames only: the first lines of a stack repeat the message. */
function redactError(error: Error, budget: Budget, depth: number): Record<string, unknown> {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const entries: [string, unknown][] = [
    ["name", error.name],
    ["message", error.message],
    ["stack", frames.map((frame) => frame.trim()).join("\n")],
  ];
  if (error.cause !== undefined) entries.push(["cause", error.cause]);
  return redactEntries(entries, budget, depth);
}
