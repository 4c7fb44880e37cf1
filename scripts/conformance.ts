import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { prepareChromium } from "./chromium.ts";
import { buildAssets } from "./local/assets.ts";
import { runVisibly, toolFile } from "./local/child-output.ts";
import { berthDir } from "./local/paths.ts";
import { runMain } from "./local/run-main.ts";

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly failureMessages: readonly string[];
      readonly meta?: {
        readonly conformance?: {
          readonly document: string;
          readonly field: string;
          readonly column: Column;
          readonly holds: string;
        };
      };
    }[];
  }[];
}

const COLUMNS = ["byDefault", "rule", "error"] as const;
type Column = (typeof COLUMNS)[number];
type Row = Partial<Record<Column, string>>;

/** Both published documents, field by field, against a deployment on this machine. */
runMain(async () => {
  await prepareChromium();
  await buildAssets();
  const folder = join(berthDir, "test");
  const file = join(folder, "conformance-table.json");
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  const reporters = ["--reporter=json", `--outputFile.json=${file}`];
  const code = await runVisibly([toolFile("vitest/vitest.mjs"), "run", "--project", "conformance", ...reporters]);
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  for (const [document, rows] of toTables(report)) printTable(document, rows);
  for (const { failureMessages } of resultsOf(report)) {
    for (const message of failureMessages) console.log(message.split("\n")[0]);
  }
  return code;
});

const resultsOf = ({ testResults }: Report) => testResults.flatMap(({ assertionResults }) => assertionResults);

function toTables(report: Report): ReadonlyMap<string, ReadonlyMap<string, Row>> {
  const tables = new Map<string, Map<string, Row>>();
  for (const { status, meta } of resultsOf(report)) {
    if (meta?.conformance === undefined) continue;
    const { document, field, column, holds } = meta.conformance;
    const rows = tables.get(document) ?? new Map<string, Row>();
    tables.set(document, rows.set(field, { ...rows.get(field), [column]: status === "passed" ? holds : "FAIL" }));
  }
  return tables;
}

function printTable(document: string, rows: ReadonlyMap<string, Row>): void {
  const width = Math.max(...[...rows.keys()].map((field) => field.length));
  console.log(`\n${document}\n`);
  console.log([" field".padEnd(width + 2), "default", "rule   ", "error"].join(" "));
  for (const [field, row] of rows) {
    console.log([` ${field.padEnd(width)} `, ...COLUMNS.map((column) => (row[column] ?? "–").padEnd(7))].join(" "));
  }
}
