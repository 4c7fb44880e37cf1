import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runQuietly, wranglerTool } from "../../scripts/local/child-output.ts";
import { runDir, workerDir } from "../../scripts/local/paths.ts";
import { type Spread, spreadOf } from "../stats.ts";

const KIB = 1024;
/** What lies beside the modules and is not uploaded with them. */
const NOT_DEPLOYED = /\.(map|md)$/;

export interface BundleFacts {
  readonly gzipKib: number;
  /** Active milliseconds of the start-up phase in `wrangler check startup`'s profile. */
  readonly startUpMs: Spread | undefined;
  readonly sha256: string;
}

/** The size of Berth's production build, and what its start-up costs. */
export async function measureBundle(startUps: number): Promise<BundleFacts> {
  const names = readdirSync(workerDir).filter((name) => !NOT_DEPLOYED.test(name));
  const modules = names.map((name) => readFileSync(join(workerDir, name)));
  const active: number[] = [];
  for (let run = 0; run < startUps; run += 1) active.push(await profileStartUp());
  return {
    gzipKib: modules.reduce((sum, module) => sum + gzipSync(module).length, 0) / KIB,
    startUpMs: spreadOf(active),
    sha256: createHash("sha256").update(Buffer.concat(modules)).digest("hex").slice(0, 12),
  };
}

async function profileStartUp(): Promise<number> {
  const folder = mkdtempSync(join(runDir(), "startup-"));
  try {
    const args = ["check", "startup", "--args=--minify", `--outfile=${join(folder, "profile.cpuprofile")}`];
    const { output } = await runQuietly("startup", [wranglerTool, ...args]);
    const active = /Active: ([\d.]+) ms/.exec(output)?.[1];
    if (active === undefined) throw new Error(`wrangler check startup says no time: ${output.slice(-300)}`);
    return Number(active);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
