import * as fc from "fast-check";
import { damage, hostileKey, hostileValue } from "./hostile.ts";
import { Raw, write } from "./json.ts";
import { PAGE, SECRETS } from "./cdp-session.ts";

/** Stand in the text for ids that only the run knows. */
export const PLACEHOLDERS = ["@OWNROOT", "@OWNPAGE", "@FOREIGNROOT", "@FOREIGNPAGE"] as const;

/** One message of one client. */
export interface HostileMessage {
  readonly client: number;
  readonly data: string | ArrayBuffer;
}

const METHODS = [
  "Browser.getVersion",
  "Browser.close",
  "Browser.crash",
  "Browser.setDownloadBehavior",
  "DOM.setFileInputFiles",
  "Extensions.loadUnpacked",
  "Page.navigate",
  "Runtime.evaluate",
  "Runtime.runIfWaitingForDebugger",
  "Storage.getCookies",
  "Storage.setCookies",
  "Target.activateTarget",
  "Target.attachToTarget",
  "Target.attachToBrowserTarget",
  "Target.closeTarget",
  "Target.createBrowserContext",
  "Target.createTarget",
  "Target.detachFromTarget",
  "Target.disposeBrowserContext",
  "Target.exposeDevToolsProtocol",
  "Target.getBrowserContexts",
  "Target.getTargetInfo",
  "Target.getTargets",
  "Target.sendMessageToTarget",
  "Target.setAutoAttach",
  "Tracing.start",
  "Tethering.bind",
];
const method = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<unknown>(...METHODS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>("", "x", "browser.close", "Browser.close ", "toString", "__proto__", 7),
  },
  { weight: 1, arbitrary: hostileValue },
);

const id = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(-1, -2, -(2 ** 31), 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1.5, "1", null, true),
  },
  { weight: 1, arbitrary: fc.constantFrom("-0", "1e0", "1e2", "1E+1", "1.0", "-1e0").map((text) => new Raw(text)) },
);

const sessionId = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(undefined, ...PLACEHOLDERS) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>("", "F".repeat(32), '"}', '0","sessionId":"', 7, null) },
  { weight: 1, arbitrary: hostileValue },
);

const URLS = [
  "about:blank",
  "https://a.test/",
  "file:///etc/passwd",
  " FILE:/x",
  "chrome://gpu",
  "fi\nle:///x",
  "view-source:file:///x",
];
const names = fc.constantFrom(
  "targetId",
  "browserContextId",
  "sessionId",
  "url",
  "flatten",
  "autoAttach",
  "files",
  "id",
  "method",
);
const known = fc.oneof(
  fc.constantFrom<unknown>(
    PAGE,
    ...Object.values(SECRETS),
    ...PLACEHOLDERS,
    "OWNCONTEXT",
    "DEFAULTCONTEXT",
    true,
    false,
  ),
  fc.constantFrom(...URLS),
);
const parameter = fc.tuple(
  fc.oneof({ weight: 5, arbitrary: names }, hostileKey),
  fc.oneof({ weight: 4, arbitrary: known }, hostileValue),
);
const params = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 8, arbitrary: fc.array(parameter, { maxLength: 4 }).map((pairs) => new Raw(writeEntries(pairs))) },
  { weight: 1, arbitrary: hostileValue },
);

/** An object whose keys may occur twice. */
function writeEntries(
  entries: readonly (readonly [string, unknown])[],
  spell: (key: string) => string = JSON.stringify,
): string {
  return `{${entries.map(([key, value]) => `${spell(key)}:${write(value)}`).join(",")}}`;
}

/** The same key, written so that a search for it does not find it. */
const escaped = (key: string): string =>
  `"\\u${key.charCodeAt(0).toString(16).padStart(4, "0")}${JSON.stringify(key.slice(1)).slice(1)}`;

const keys = ["id", "method", "params", "sessionId"] as const;
const values = fc.record({ id, method, params, sessionId });

/** Both values of some keys, in any order: readers differ on which one counts. */
const ambiguous = fc
  .record({
    first: values,
    second: values,
    order: fc.shuffledSubarray([...keys, ...keys], { minLength: 2 }),
    escape: fc.boolean(),
  })
  .map(({ first, second, order, escape }) => {
    const entries = order.map((key, index): [string, unknown] => [
      key,
      (order.indexOf(key) === index ? first : second)[key],
    ]);
    const present = entries.filter(([, value]) => value !== undefined);
    return writeEntries(present, escape ? escaped : JSON.stringify);
  });

const plain = values.map((message) =>
  writeEntries(keys.map((key): [string, unknown] => [key, message[key]]).filter(([, value]) => value !== undefined)),
);
const spaced = plain.map((text) => ` ${text.replace('"method":', '"method" \n:\t')}\r\n`);
const noise = fc.oneof(
  fc.string({ unit: "binary" }),
  hostileValue.map(write),
  fc.constantFrom("", "{}", "[]", '"', "\ud800", "[".repeat(10_000), "{".repeat(10_000)),
);

const text = fc.oneof(
  { weight: 6, arbitrary: plain },
  { weight: 6, arbitrary: ambiguous },
  { weight: 1, arbitrary: spaced },
  { weight: 2, arbitrary: fc.tuple(plain, damage).map(([message, damaged]) => damaged(message)) },
  { weight: 1, arbitrary: noise },
);
const binary = fc.uint8Array({ maxLength: 8 }).map((bytes): ArrayBuffer => new Uint8Array(bytes).buffer);

export const hostileMessage: fc.Arbitrary<HostileMessage> = fc.record({
  client: fc.nat(2),
  data: fc.oneof({ weight: 60, arbitrary: text }, { weight: 1, arbitrary: binary }),
});
