import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { runQuietly, wranglerTool } from "../../../../scripts/local/child-output.ts";
import type { Visit, Visited } from "./worker.ts";

/** A user's Worker, running beside Berth. */
export interface PuppeteerWorker {
  visit(visit: Visit): Promise<Visited>;
  stop(): Promise<void>;
}

/** Bundles the Worker as its user would, and runs it. */
export async function startPuppeteerWorker(): Promise<PuppeteerWorker> {
  const outDir = await mkdtemp(join(tmpdir(), "puppeteer-worker-"));
  const config = join(import.meta.dirname, "wrangler.toml");
  const args = [wranglerTool, "deploy", "--dry-run", "--config", config, "--outdir", outDir];
  const { code, output } = await runQuietly("puppeteer-worker", args);
  if (code !== 0) throw new Error(`the Worker does not build:\n${output}`);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      workers: [
        {
          name: "puppeteer-worker",
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["nodejs_compat"],
          modulesRoot: outDir,
          modules: [
            { type: "ESModule", path: join(outDir, "worker.js"), contents: await readFile(join(outDir, "worker.js")) },
          ],
        },
      ],
    }),
  );
  const url = await miniflare.ready;
  return {
    async visit(visit) {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(visit) });
      if (!response.ok) throw new Error(`the Worker failed: ${await response.text()}`);
      return (await response.json()) as Visited;
    },
    stop: () => miniflare.dispose(),
  };
}
