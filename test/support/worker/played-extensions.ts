import { env } from "cloudflare:workers";
import { ExtensionEmulation } from "../../../src/capabilities/extensions/extension-emulation.ts";
import { NO_OVERRIDES } from "../../../src/capabilities/stealth/overrides.ts";
import type { PausedRequest, RequestHandler } from "../../../src/cdp/fetch-broker.ts";
import { FrameTree } from "../../../src/cdp/frame-tree.ts";
import type { Transport } from "../../../src/cdp/transport.ts";
import type { ExtensionPackage } from "../../../src/domain/extension.ts";
import { CdpEndpointEngine } from "../../../src/engines/cdp-endpoint.ts";
import type { HiddenTab } from "../../../src/session/hidden-tab.ts";
import type { LiveBrowser } from "../../../src/session/live-browser.ts";
import type { CdpMessage } from "./cdp-client.ts";
import { openLive } from "./live-browser.ts";

const ignore = (): void => undefined;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An extension as a session is given it. */
export function extensionOf(manifest: object, files: Readonly<Record<string, string>> = {}): ExtensionPackage {
  const whole = { manifest_version: 3, name: "Played", version: "1.0", ...manifest };
  const texts = { "manifest.json": JSON.stringify(whole), ...files };
  return {
    id: crypto.randomUUID(),
    name: "played",
    manifest: whole,
    analysis: { support: "full", unsupported: [], limits: [] },
    files: new Map(Object.entries(texts).map(([path, text]) => [path, encode(text)])),
  };
}

/** A page, or another thing that a server has. */
type Served = string | { readonly type: string; readonly body: string };

/** What servers of the test's answer, by address; what was asked for is noted. */
export class Site implements RequestHandler {
  readonly asked: PausedRequest["request"][] = [];
  readonly #served: Readonly<Record<string, Served>>;

  constructor(served: Readonly<Record<string, Served>>) {
    this.#served = served;
  }

  readonly patterns = () => [{ urlPattern: "http://*" }, { urlPattern: "https://*.test/*" }];

  readonly rule = ({ request }: PausedRequest) => {
    this.asked.push(request);
    const found = this.#served[request.url];
    if (found === undefined) return { answer: { status: 404, headers: [] } };
    const { type, body } = typeof found === "string" ? { type: "text/html", body: found } : found;
    return { answer: { status: 200, headers: [{ name: "Content-Type", value: type }], body: btoa(body) } };
  };
}

/** A browser of the tests' own, in which several connections may follow each other. */
export async function launchPlayed() {
  const launched = await env.BROWSER.fetch("https://x/v1/devtools/browser", { method: "POST" });
  const { sessionId: browserId } = await launched.json<{ sessionId: string }>();
  const engine = new CdpEndpointEngine({
    endpoint: "http://chrome.test:9222",
    fetch: (url, init) => {
      const { pathname } = new URL(url);
      const path = pathname.startsWith("/devtools/browser/") ? "" : pathname;
      return env.BROWSER.fetch(`https://x/v1/devtools/browser/${browserId}${path}`, init);
    },
  });
  return {
    connect: async (): Promise<Transport> => (await engine.launch()).connect(),
    close: () => env.BROWSER.fetch(`https://x/v1/devtools/browser/${browserId}`, { method: "DELETE" }),
  };
}

type Send = (method: string, params?: object, sessionId?: string) => Promise<Record<string, unknown>>;

/** A client of the session's, which hears answers only. */
async function clientOf(live: LiveBrowser): Promise<Send> {
  const waiting = new Map<number, (answer: CdpMessage) => void>();
  const hear = (text: string): void => {
    const message = JSON.parse(text) as CdpMessage;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  };
  const client = await live.mux.attach({ bufferedBytes: 0, send: hear, close: ignore });
  let nextId = 1;
  return async (method, params = {}, sessionId) => {
    const id = nextId++;
    const answered = new Promise<CdpMessage>((resolve) => waiting.set(id, resolve));
    live.mux.fromClient(client, JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  };
}

/** Has extensions played over one connection, for a client that drives the first tab. */
export async function play(
  transport: Transport,
  packages: readonly ExtensionPackage[],
  { site, backgrounds = {} }: { site: RequestHandler; backgrounds?: Record<string, HiddenTab> },
) {
  const live = await openLive(transport, { clock: { now: () => Date.now() } });
  const frames = new FrameTree();
  const opened: Record<string, HiddenTab> = { ...backgrounds };
  const faults: unknown[] = [];
  const emulation = await ExtensionEmulation.of({
    packages,
    browser: live,
    frames,
    backgrounds,
    onBackground: (id, tab) => void (opened[id] = tab),
    script: async () => (await env.ASSETS.fetch("https://assets/control/extension.js")).text(),
    shown: () => ({ language: "de-AT", userAgent: undefined }),
    onFault: (error) => void faults.push(error),
  });
  for (const observer of [frames, ...emulation.observers]) live.observe(observer);
  for (const handler of [...emulation.handlers, site]) await live.fetches.use(handler);
  const { setUp } = await live.applyOverrides(NO_OVERRIDES, (error) => void faults.push(error));
  await setUp;
  await emulation.start();
  const send = await clientOf(live);
  const [first] = live.pages();
  const { sessionId: page } = await send("Target.attachToTarget", { targetId: first?.targetId, flatten: true });
  const evaluate = async (expression: string, on = String(page)): Promise<unknown> => {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await send("Runtime.evaluate", params, on);
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  };
  const open = async (url: string): Promise<void> => void (await send("Page.navigate", { url }, String(page)));
  return { live, send, evaluate, open, faults, backgrounds: opened, page: String(page) };
}
