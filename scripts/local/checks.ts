import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { formatMs } from "../setup/progress.mjs";
import { commandFile, runVisibly, toolFile } from "./child-output.ts";
import { root } from "./paths.ts";

/** A check of the sources that needs no running code. */
interface Check {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs every check, whatever the others said, and answers the names of those that failed. */
export async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, args, environment } of listChecks()) {
    const startedAt = performance.now();
    const code = await runVisibly(args, environment && { environment });
    console.log(`check: ${name} ${code === 0 ? "ok" : "FAILED"}, ${formatMs(performance.now() - startedAt)}`);
    if (code !== 0) {
      failed.push(name);
    }
  }
  return failed;
}

function listChecks(): Check[] {
  const projects = readdirSync(root).filter((name) => /^tsconfig(\.\w+)?\.json$/.test(name));
  const checks: Check[] = [
    { name: "format", args: [commandFile("oxfmt"), "--check"] },
    // oxlint always colours its output where CI is set.
    { name: "lint", args: [commandFile("oxlint"), "--type-aware"], environment: { ...process.env, CI: undefined } },
    ...projects.map((project) => ({
      name: `types of ${project}`,
      args: [toolFile("typescript/bin/tsc"), "--noEmit", "--project", project],
    })),
  ];
  if (existsSync(join(root, "worker-configuration.d.ts"))) {
    // The file comes from `wrangler types`: bindings and their types must not drift apart.
    checks.push({ name: "generated Worker types", args: [commandFile("wrangler"), "types", "--check"] });
  }
  return checks;
}
