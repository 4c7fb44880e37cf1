import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { prepareChromium } from "./chromium.ts";
import { buildAssets } from "./local/assets.ts";
import { runChecks } from "./local/checks.ts";
import { runVisibly, toolFile } from "./local/child-output.ts";
import { berthDir, root, runDir } from "./local/paths.ts";
import { runMain } from "./local/run-main.ts";
import {
  type Counts,
  addCounts,
  countTests,
  describeFailures,
  describeFuzz,
  formatCounts,
} from "./local/test-report.ts";
import { buildWorker } from "./local/worker-build.ts";
import { endBrowserProcesses } from "./setup/browser-processes.mjs";
import { reportFailure } from "./setup/failure.mjs";
import { formatMs } from "./setup/progress.mjs";

/** The main Worker must stay small: its size is start-up time (docs/decisions). */
const BUNDLE_BUDGET_KIB = 500;

/** A hanging runner must not hold up the others. The longest step takes ten minutes, and three times that on a slow machine. */
const STEP_TIMEOUT_MS = 45 * 60_000;

/** Folders of test/ with a vitest project each. */
const PROJECTS = ["unit", "fuzz", "browser", "conformance", "e2e", "faults"];

const STEPS = ["check", ...PROJECTS, "bundle"];

const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };
const FAILURE: Counts = { passed: 0, failed: 1, skipped: 0 };

/** What failed, a line each. */
const failures: string[] = [];

runMain(async () => {
  const args = process.argv.slice(2);
  const chosen = STEPS.filter((name) => args.includes(name));
  const vitestArgs = args.filter((arg) => !STEPS.includes(arg));
  const total = await runSteps(chosen.length > 0 ? chosen : STEPS, vitestArgs);
  console.log(formatCounts(total));
  return total.failed === 0 ? 0 : 1;
});

async function runSteps(names: readonly string[], vitestArgs: readonly string[]): Promise<Counts> {
  const counts: Counts[] = [];
  const summary: string[] = [];
  for (const name of names) {
    if (PROJECTS.includes(name) && !existsSync(join(root, "test", name))) {
      continue;
    }
    console.log(`\n== ${name}`);
    const startedAt = performance.now();
    const outcome = await runStep(name, vitestArgs);
    counts.push(outcome);
    summary.push(describeStep(name, outcome, performance.now() - startedAt));
  }
  if (failures.length > 0) console.log(`\n${failures.map((line) => `  bad: ${line}`).join("\n")}`);
  console.log(`\n${summary.join("\n")}\n`);
  return addCounts(counts);
}

function describeStep(name: string, { passed, failed, skipped }: Counts, ms: number): string {
  const tests = passed + failed + skipped > 0 ? `${passed + failed} run, ${failed} bad, ${skipped} left out` : "";
  return [
    `  ${name.padEnd(10)}${failed === 0 ? "ok" : "FAILED"}`.padEnd(20),
    formatMs(ms).padStart(8),
    `  ${tests}`,
  ].join("");
}

async function runStep(name: string, vitestArgs: readonly string[]): Promise<Counts> {
  try {
    switch (name) {
      case "check":
        return { ...NOTHING, failed: (await runChecks()).length };
      case "bundle":
        return await checkBundle();
      default:
        return await runProject(name, vitestArgs);
    }
  } catch (error) {
    reportFailure(error);
    return FAILURE;
  }
}

async function runProject(name: string, vitestArgs: readonly string[]): Promise<Counts> {
  await prepareChromium();
  await buildAssets();
  const reportDir = join(berthDir, "test");
  const reportFile = join(reportDir, `${name}.json`);
  mkdirSync(reportDir, { recursive: true });
  rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  // A step may have a second project, for tests that want to be apart.
  const args = [toolFile("vitest/vitest.mjs"), "run", "--project", `${name}*`, ...reporters, ...vitestArgs];
  const code = await runVisibly(args, { timeoutMs: STEP_TIMEOUT_MS });
  const counts = countTests(reportFile, code);
  failures.push(...describeFailures(reportFile));
  const tried = describeFuzz(reportFile);
  if (tried !== undefined) {
    console.log(tried);
  }
  const left = await endBrowserProcesses(runDir());
  if (left > 0) {
    console.log(`${name}: ${left} browser processes were left running (and are ended now).`);
  }
  return left > 0 ? addCounts([counts, FAILURE]) : counts;
}

async function checkBundle(): Promise<Counts> {
  await buildAssets();
  const { modules } = await buildWorker();
  const bytes = modules.reduce((sum, { contents }) => sum + gzipSync(contents ?? "").length, 0);
  const kib = bytes / 1024;
  console.log(`The Worker's bundle: ${kib.toFixed(1)} KiB gzip of ${BUNDLE_BUDGET_KIB} KiB`);
  return kib <= BUNDLE_BUDGET_KIB ? NOTHING : FAILURE;
}
