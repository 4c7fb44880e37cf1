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
}

/** Runs every check, whatever the others said, and answers the names of those that failed. */
export async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  // oxfmt and oxlint colour their output wherever CI is set, whatever NO_COLOR says.
  const environment = { ...process.env, CI: undefined };
  for (const { name, args } of listChecks()) {
    const startedAt = performance.now();
    const code = await runVisibly(args, { environment });
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
    { name: "lint", args: [commandFile("oxlint"), "--type-aware"] },
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
