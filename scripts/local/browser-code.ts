import { build } from "esbuild";
import { join } from "node:path";
import { root } from "./paths.ts";

/** Scripts and styles of our own pages, by the name that they are served under. */
const SOURCES: Readonly<Record<string, string>> = {
  "recordings/player.js": "src/web/player/player.ts",
  "recordings/player.css": "src/web/player/player.css",
  "live/live.js": "src/web/live/live.ts",
  "live/live.css": "src/web/live/live.css",
  "control/markdown.js": "src/web/markdown/markdown.ts",
  "control/extension.js": "src/web/extension/extension.ts",
  "recordings/encoder.js": "src/web/encoder/encoder.ts",
};

/** Our pages' own files as browsers take them: each with what it imports. */
export function buildBrowserCode(): Promise<readonly (readonly [name: string, content: Buffer])[]> {
  return Promise.all(Object.entries(SOURCES).map(async ([name, from]) => [name, await bundle(from)] as const));
}

async function bundle(from: string): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [join(root, from)],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "chrome120",
    legalComments: "inline",
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}
