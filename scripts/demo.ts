import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { type DemoSite, serveDemoSite } from "./local/demo-site.ts";
import { type LocalSettings, readLocalSettings } from "./local/local-file.ts";
import { startLocalServer } from "./local/local-server.ts";
import { berthDir, root } from "./local/paths.ts";
import { runMain } from "./local/run-main.ts";
import { waitForStop } from "./local/stop-signal.ts";
import { SetupFailure } from "./setup/failure.mjs";

const screenshotDir = join(berthDir, "demo");

/** What one dialect and one client did, in milliseconds. */
interface Timings {
  readonly create: number;
  readonly connect: number;
  readonly "open page": number;
  readonly screenshot: number;
  readonly delete: number;
}

interface DemoSession {
  readonly id: string;
  readonly cdpUrl: string;
}

/** A client library, from its connection to the end of it. */
interface ConnectedClient {
  open(url: string): Promise<void>;
  screenshot(path: string): Promise<void>;
  disconnect(): Promise<void>;
}

interface Demo {
  readonly name: string;
  readonly credential: Readonly<Record<string, string>>;
  readonly body?: string;
  readSession(answer: Answer): DemoSession;
  connect(cdpUrl: string): Promise<ConnectedClient>;
}

/** Meshbrow's answer, and Anchor's. */
interface Answer {
  readonly id: string;
  readonly cdpUrl: string;
  readonly data: { readonly id: string; readonly cdp_url: string };
}

runMain(async () => {
  const stopped = waitForStop();
  const server = await findServer();
  const site = await serveDemoSite();
  try {
    return await Promise.race([runDemos(server.settings, site), stopped.then(() => 130)]);
  } finally {
    site.close();
    await server.stop();
  }
});

/** The server that runs already, else one of our own until the demo ends. */
async function findServer(): Promise<{ settings: LocalSettings; stop(): Promise<void> }> {
  const settings = readLocalSettings();
  const answers = settings.url && (await fetch(new URL("/health", settings.url)).catch(() => undefined))?.ok;
  if (answers && settings.apiKey) {
    console.log(`Using the Berth at ${settings.url}`);
    return { settings: settings as LocalSettings, stop: () => Promise.resolve() };
  }
  const server = await startLocalServer("npm run demo");
  console.log(`Started a Berth at ${server.settings.url} on ${server.browser.version}`);
  return server;
}

async function runDemos({ url, apiKey }: LocalSettings, site: DemoSite): Promise<number> {
  mkdirSync(screenshotDir, { recursive: true });
  const table: Record<string, Timings> = {};
  for (const demo of [meshbrowWithPuppeteer(apiKey), anchorWithPlaywright(apiKey)]) {
    table[demo.name] = await runDemo(demo, url, site.url);
  }
  console.log("\nMilliseconds, measured by the client:");
  console.table(table);
  return 0;
}

async function runDemo(demo: Demo, url: string, siteUrl: string): Promise<Timings> {
  const [create, session] = await timed(() => createSession(demo, url));
  console.log(`\n${demo.name}\n  session     ${session.id}`);
  try {
    const [connect, client] = await timed(() => demo.connect(session.cdpUrl));
    const [open] = await timed(() => client.open(`${siteUrl}?client=${encodeURIComponent(demo.name)}`));
    const file = join(screenshotDir, `${demo.name.toLowerCase().replaceAll(/\W+/g, "-")}.png`);
    const [screenshot] = await timed(() => client.screenshot(file));
    console.log(`  page        ${siteUrl}\n  screenshot  ${relative(root, file)}`);
    await client.disconnect();
    const [deleted] = await timed(() => deleteSession(demo, url, session.id));
    console.log("  destroyed");
    return { create, connect, "open page": open, screenshot, delete: deleted };
  } catch (error) {
    await deleteSession(demo, url, session.id).catch(() => undefined);
    throw error;
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const startedAt = performance.now();
  const result = await work();
  return [Math.round(performance.now() - startedAt), result];
}

async function createSession(demo: Demo, url: string): Promise<DemoSession> {
  const response = await fetch(new URL("/v1/sessions", url), {
    method: "POST",
    headers: { ...demo.credential, ...(demo.body && { "content-type": "application/json" }) },
    ...(demo.body && { body: demo.body }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new SetupFailure(
      `${demo.name}: no session, HTTP ${response.status}: ${text}`,
      "The server's log says more: .berth/logs/worker.log",
    );
  }
  return demo.readSession(JSON.parse(text) as Answer);
}

async function deleteSession(demo: Demo, url: string, id: string): Promise<void> {
  const response = await fetch(new URL(`/v1/sessions/${id}`, url), { method: "DELETE", headers: demo.credential });
  const text = await response.text();
  if (!response.ok) {
    throw new SetupFailure(
      `${demo.name}: the session was not destroyed, HTTP ${response.status}: ${text}`,
      "The server's log says more: .berth/logs/worker.log",
    );
  }
}

function meshbrowWithPuppeteer(apiKey: string): Demo {
  return {
    name: "Meshbrow, Puppeteer",
    credential: { authorization: `Bearer ${apiKey}` },
    body: "{}",
    readSession: ({ id, cdpUrl }) => ({ id, cdpUrl }),
    async connect(cdpUrl) {
      const { default: puppeteer } = await import("puppeteer-core");
      const browser = await puppeteer.connect({ browserWSEndpoint: cdpUrl });
      const page = await browser.newPage();
      return {
        open: async (url) => void (await page.goto(url)),
        screenshot: async (path) => void (await page.screenshot({ path: path })),
        disconnect: () => browser.disconnect(),
      };
    },
  };
}

function anchorWithPlaywright(apiKey: string): Demo {
  return {
    name: "Anchor, Playwright",
    credential: { "anchor-api-key": apiKey },
    readSession: ({ data }) => ({ id: data.id, cdpUrl: data.cdp_url }),
    async connect(cdpUrl) {
      const { chromium } = await import("playwright-core");
      const browser = await chromium.connectOverCDP(cdpUrl);
      const context = browser.contexts()[0] ?? (await browser.newContext());
      const page = await context.newPage();
      return {
        open: async (url) => void (await page.goto(url)),
        screenshot: async (path) => void (await page.screenshot({ path })),
        disconnect: () => browser.close(),
      };
    },
  };
}
