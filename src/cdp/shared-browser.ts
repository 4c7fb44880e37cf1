import type { CdpCommand } from "./messages.ts";

/** Why a command is refused where a browser is shared, or what its parameters become. */
export type SharedVerdict =
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "changed"; readonly params: Record<string, unknown> };

const FILES = "it reads files of a machine that sessions share";
const EVERYBODY = "it reaches every session of a shared browser";
const MACHINE = "it tells of, or changes, a machine that sessions share";

/** Domains of which nothing belongs to one session. */
const DOMAINS: ReadonlyMap<string, string> = new Map([
  ["Extensions", MACHINE],
  ["PWA", MACHINE],
  ["SystemInfo", MACHINE],
  ["Tracing", EVERYBODY],
]);

const METHODS: ReadonlyMap<string, string> = new Map([
  ["Browser.getBrowserCommandLine", MACHINE],
  ["DOM.setFileInputFiles", FILES],
]);

/** Domains that act on one page in a page's session, and on the whole browser in a browser's. */
const BROWSER_WIDE: ReadonlySet<string> = new Set(["Fetch", "Security"]);

const refused = (why: string): SharedVerdict => ({ kind: "refused", why });

/**
 * What more holds in a browser that other sessions use too, on an operator's own machine maybe. In a browser of a
 * session's own these commands pass: the machine behind it holds nothing but that session.
 *
 * @param onBrowser whether the command is addressed to a session of the browser, not of a page.
 * @returns `undefined` for a command that concerns nobody else.
 */
export function judgeShared({ method, params }: CdpCommand, onBrowser: boolean): SharedVerdict | undefined {
  const domain = method.slice(0, method.indexOf("."));
  const why = METHODS.get(method) ?? DOMAINS.get(domain);
  if (why !== undefined) return refused(why);
  if (onBrowser && BROWSER_WIDE.has(domain)) return refused(EVERYBODY);
  if (method === "Input.dispatchDragEvent") return dropsFiles(params) ? refused(FILES) : undefined;
  if (method === "Browser.setDownloadBehavior") return withoutFiles({ ...params, eventsEnabled: false });
  if (method === "Page.setDownloadBehavior") return withoutFiles(params);
  return undefined;
}

/** A dropped file is as good as a chosen one. */
function dropsFiles({ data }: CdpCommand["params"]): boolean {
  return typeof data === "object" && data !== null && "files" in data && data.files !== undefined;
}

/**
 * A client could write anywhere on the machine. Downloads are denied instead of the command: libraries send it for
 * every context that they make. Their events are off, because Chromium tells of every context's downloads, and
 * with them of what other sessions load.
 */
function withoutFiles({ downloadPath: _nowhere, ...params }: CdpCommand["params"]): SharedVerdict {
  return { kind: "changed", params: { ...params, behavior: "deny" } };
}
