import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compileBlocklists } from "./blocklists.ts";
import { buildBrowserCode } from "./browser-code.ts";
import { toolFile } from "./child-output.ts";
import { root } from "./paths.ts";

/** The API reference's own copy of Swagger UI: its pages make no request to another site. */
const COPIES: Readonly<Record<string, string>> = {
  "docs/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
  "docs/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
};

/**
 * What a DevTools server answers under /json/protocol. Headless shells are built without it and crash when they are
 * asked, so the Worker has its own.
 */
const PROTOCOL = "devtools/protocol.json";

interface Protocol {
  readonly version: object;
  readonly domains: readonly object[];
}

/**
 * Fills the folder that wrangler.toml serves static files from; does nothing where it is up to date.
 *
 * @param isDeployed whether they are for a deployment, which has the filter lists that wrangler.toml names.
 */
export async function buildAssets({ isDeployed = false } = {}): Promise<void> {
  const copies = Object.entries(COPIES).map(async ([name, from]) => writeAsset(name, await readFile(toolFile(from))));
  const scripts = (await buildBrowserCode()).map(([name, content]) => writeAsset(name, content));
  const lists = (await compileBlocklists(isDeployed)).map(([name, content]) => writeAsset(name, content));
  await Promise.all([...copies, ...scripts, ...lists, writeAsset(PROTOCOL, await mergeProtocol())]);
}

async function mergeProtocol(): Promise<Buffer> {
  const [browser, js] = await Promise.all(["browser", "js"].map(readProtocol));
  return Buffer.from(
    JSON.stringify({ version: browser?.version, domains: [browser, js].flatMap((part) => part?.domains) }),
  );
}

async function readProtocol(part: string): Promise<Protocol> {
  return JSON.parse(await readFile(toolFile(`devtools-protocol/json/${part}_protocol.json`), "utf8")) as Protocol;
}

async function writeAsset(name: string, content: Buffer): Promise<void> {
  const path = join(root, "dist", "public", name);
  if ((await readFile(path).catch(() => undefined))?.equals(content)) {
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
