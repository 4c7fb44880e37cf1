import type { SoakReport } from "../soak/report.ts";

const HEADING = "## Soak";
/** The section comes before this one, which ends the report. */
const LAST = "\n## What this does not measure";
const SECTION = /\n## Soak\n[\s\S]*?(?=\n## |$)/;

/** What a soak found, for people. */
export function soakSection(report: SoakReport): string {
  const { minutes, sessions, seed, reconnectMs, memory, leftovers, failures } = report;
  const rows: readonly (readonly [string, string])[] = [
    ["steps of the clients", count(report.steps)],
    ["reconnects to the same URL", `${count(report.reconnects)} (${listOf(report.drops)})`],
    ["Durable Objects reset", count(report.resets)],
    ["tabs checked after them: id, URL, `window.__mark`, cookie", count(report.tabsChecked)],
    ["close codes that clients got", listOf(report.closeCodes)],
    [
      "from the first attempt to the first answer",
      `p50 ${ms(reconnectMs.p50)}, p95 ${ms(reconnectMs.p95)}, most ${ms(reconnectMs.most)}`,
    ],
    [
      "memory of workerd",
      `${mib(memory.firstMib)} at first, ${mib(memory.lastMib)} at last, ${memory.mibPerMinute.toFixed(2)} MiB a minute`,
    ],
    ["live objects in Berth's isolate", `${kib(memory.heapFirstKib)} at first, ${kib(memory.heapLastKib)} at last`],
    ...memory.every5Minutes.map(([minute, value]) => [`memory at minute ${minute}`, mib(value)] as const),
    ["left when all sessions were destroyed", listOf({ ...leftovers })],
    ["failures", failures.length === 0 ? "✅ none" : `❌ ${failures.length}`],
  ];
  return [
    HEADING,
    `\`npm run soak -- --minutes ${minutes} --sessions ${sessions} --seed ${seed}\`: the production build, with a client on every session that works in it with Puppeteer and keeps losing its connection, between its steps and in the middle of them. Every time it comes back it must find its tabs as it left them. A reset drops the session's Durable Object with all that is in memory.`,
    `| | |\n| --- | --- |\n${rows.map(([what, value]) => `| ${what} | ${value} |`).join("\n")}`,
    `${report.measuredAt}; ${report.machine}; ${Object.entries(report.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(
        ", ",
      )}. The memory of workerd includes the local D1, which keeps some 40 KiB of every query, and the local emulator of the browser binding, which keeps something of every connection; the live objects are what a full collection leaves in the isolate of Berth alone.`,
  ].join("\n\n");
}

/** The benchmarks' report with this section in its place, instead of an earlier one. */
export function withSoakSection(markdown: string, section: string): string {
  const without = markdown.replace(SECTION, "");
  const at = without.lastIndexOf(LAST);
  const end = at === -1 ? without.length : at;
  return `${without.slice(0, end).trimEnd()}\n\n${section}\n${without.slice(end)}`;
}

const count = (value: number): string => value.toLocaleString("en-US");
const ms = (value: number): string => `${Math.round(value)} ms`;
const kib = (value: number): string => `${count(Math.round(value))} KiB`;
const mib = (value: number): string => `${Math.round(value)} MiB`;
const listOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(", ");
