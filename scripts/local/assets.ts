import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { toolFile } from "./child-output.ts";
import { root } from "./paths.ts";

/** The API reference's own copy of Swagger UI: its pages make no request to another site. */
const FILES: Readonly<Record<string, string>> = {
  "swagger-ui-dist/swagger-ui.css": "docs/swagger-ui.css",
  "swagger-ui-dist/swagger-ui-bundle.js": "docs/swagger-ui-bundle.js",
};

/** Fills the folder that wrangler.toml serves static files from; does nothing where it is up to date. */
export async function buildAssets(): Promise<void> {
  await Promise.all(
    Object.entries(FILES).map(([from, to]) => copyIfChanged(toolFile(from), join(root, "dist", "public", to))),
  );
}

async function copyIfChanged(from: string, to: string): Promise<void> {
  const [source, target] = await Promise.all([readFile(from), readFile(to).catch(() => undefined)]);
  if (target?.equals(source)) {
    return;
  }
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
