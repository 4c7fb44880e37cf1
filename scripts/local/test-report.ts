import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./paths.ts";

/** What a step of the test run counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The part of vitest's JSON report that is counted. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests?: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
      readonly meta?: { readonly fuzz?: { readonly cases: number; readonly seed: number } };
    }[];
  }[];
}

/** Adds up steps. */
export function addCounts(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The closing line. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Counts the tests of a vitest run. A file that could not be loaded, a runner that died without a report, and one
 * that complains with every test passed (an unhandled error) each count as a failure.
 */
export function countTests(reportFile: string, exitCode: number): Counts {
  const report = readReport(reportFile);
  if (!report) {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed"),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/** Every failure of a vitest run in a line: the end of a long output is what is looked at first. */
export function describeFailures(reportFile: string): readonly string[] {
  const files = readReport(reportFile)?.testResults ?? [];
  return files.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((assertion) => assertion.status === "failed");
    const file = relative(root, name);
    if (failed.length === 0) return status === "failed" ? [`${file}: ${firstLine(message)}`] : [];
    return failed.map(({ fullName, failureMessages }) => `${file} > ${fullName}: ${firstLine(failureMessages?.[0])}`);
  });
}

/** With where it was thrown, where that is said. */
function firstLine(message = ""): string {
  const [first = "", ...others] = stripVTControlCharacters(message).split("\n");
  const place = /\btest\/[\w/.-]+:\d+/.exec(others.join("\n"))?.[0];
  return `${first.slice(0, 300)}${place === undefined ? "" : ` (${place})`}`;
}

/** What the fuzz tests of a run tried, all together; `undefined` when there were none. */
export function describeFuzz(reportFile: string): string | undefined {
  const results = readReport(reportFile)?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  const campaigns = results.flatMap(({ meta }) => (meta?.fuzz ? [meta.fuzz] : []));
  const [first] = campaigns;
  if (first === undefined) {
    return undefined;
  }
  const cases = campaigns.reduce((sum, campaign) => sum + campaign.cases, 0);
  return `fuzz: ${cases} cases, seed ${first.seed}`;
}

function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  } catch {
    return undefined;
  }
}
