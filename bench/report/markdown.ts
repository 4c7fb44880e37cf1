import type { Bound } from "../bounds.ts";
import type { Spread } from "../stats.ts";
import { TARGET_NAMES, type TargetName } from "../targets/target.ts";
import type { Conditions } from "./conditions.ts";
import type { Row } from "./published.ts";

export interface ReportText {
  readonly rows: readonly Row[];
  readonly bounds: readonly Bound[];
  readonly conditions: Conditions;
}

const HEADINGS: Readonly<Record<TargetName, string>> = { chromium: "Chromium", pipe: "pipe", berth: "Berth" };

const TARGETS = `- **Chromium**: the browser itself, without any server, as a process of the benchmark.
- **pipe**: the least that a Worker with a Durable Object can do ([bench/pipe-worker](../bench/pipe-worker/index.ts)):
  it acquires a browser from the browser binding and joins two sockets with two \`message\` listeners.
- **Berth**: the production build, as \`npm start\` serves it, with accounts, quotas and the CDP mux.`;

const METHOD = `The layer: both Workers run in Miniflare on a direct socket (\`unsafeDirectSockets\`), and their browsers come from
Miniflare's emulator of the browser binding, which is itself two sockets and two listeners in JavaScript. The emulator
is in the path of the pipe and of Berth alike, and is not in production. All three start the same Chromium with the
same flags and a fresh profile. Pages come from this machine.

The targets take turns within every round, and who begins rotates; a ratio is the median of the ratios of values
measured side by side, with the quartiles in brackets. CPU is the scheduler's time for all threads of the server's own
processes (the Node process and workerd), browsers excluded. Memory is the PSS of workerd. An idle session has a browser and no
client. Absolute times are those of one small machine: the ratios are what to read.

The stealth rows compare sessions of Berth at one level with sessions at none, side by side. The local browser is given
a user agent without \`Headless\` at its launch, so that Berth need not stop requests for their headers. Cloudflare's
Browser Rendering takes no flags: there every request stands still for a moment, which made a page with 100 subresources
take 1.11 × the time on this machine (docs/stealth.md).

The proxy rows have the bare browser started with \`--proxy-server\`, and Berth's sessions in a pool's; the proxy asks for
no password. Berth's create asks for the exit through it before it answers, the bare browser's asks nothing.

The profile rows compare sessions of Berth that load a profile with sessions that load none, side by side: 20 sites with
50 items of localStorage and 120 records of IndexedDB each. Round trips are \`Runtime.evaluate\` in a page, one after the
other, before and while another profile is made of the session.

The recording rows compare sessions with HAR, screenshots and video on with sessions that record nothing, side by side, at
stealth none: so what watching targets costs at all, which other levels of stealth cost as well, is part of it. The page
of the round trips and of the CPU time changes four times a second.

The live rows have a viewer of the live view beside a CDP client with a screencast of its own on the bare browser: both
at 1280 × 720, JPEG of the same quality, and both say that they have a frame as soon as it has come. What drawing it on a
screen takes comes on top, for either.

The adblock rows compare sessions of Berth that block ads and banners with sessions that do not, side by side, with
Berth's own lists. Each of the 80 ads is a script of 20 KiB that its server takes 20 ms for.

The cycles create, use and destroy one session after the other, on servers of their own. A slope is the line of least
squares through the second half of the samples, one every 20 cycles; "two minutes later" the objects of ended sessions
have left memory. Resident memory includes the local emulator of the browser binding, which keeps something of every
browser, and the local D1, which keeps some 40 KiB of every query; so in the cycles the pipe asks D1 as often as Berth
does, and the difference is Berth's. Live objects are what a full collection leaves in the isolate of the Worker alone.`;

const NOT_MEASURED = `## What this does not measure

- Nothing here ran on Cloudflare's network: no distance, no real Browser Rendering, no other tenants.
- The bare browser has no server: its CPU and memory columns are empty.`;

/** The report for people. */
export function toMarkdown({ rows, bounds, conditions }: ReportText): string {
  return `${[
    "# Benchmarks",
    "What Berth adds to a browser, measured by `npm run bench` beside what it could cost at least.",
    TARGETS,
    ...(conditions.mode === "quick" ? ["**A quick run: few rounds, so the numbers are indications.**"] : []),
    `## Bounds\n\n${[boundsTable(bounds), ...roomNotes(rows)].join("\n\n")}`,
    `## Ratios\n\n${ratioTable(rows)}`,
    `## Medians\n\n${valueTable(rows)}`,
    `## How it was run\n\n${METHOD}\n\n${conditionList(conditions)}`,
    NOT_MEASURED,
  ].join("\n\n")}\n`;
}

function boundsTable(bounds: readonly Bound[]): string {
  const rows = bounds.map(({ what, limit, value, unit, holds }) => [
    what,
    limit,
    value ? `${withSpread(value)}${unit === "×" ? "" : ` ${unit}`}` : "not measured",
    holds === undefined ? "–" : holds ? "✅ holds" : "❌ missed",
  ]);
  return table(["what", "bound", "measured", ""], rows);
}

/** Where the browser or the emulator decides, no server could do better: the reader should know how much room there is. */
function roomNotes(rows: readonly Row[]): string[] {
  const pipeTo = (id: string) => rows.find((row) => row.id === id)?.pipeToChromium?.median;
  const [storm, create] = [pipeTo("storm.rate"), pipeTo("create")];
  return [
    ...(storm
      ? [`Chromium itself sends events at ${digits(1 / storm)} × the pipe's rate: no server can pass on more.`]
      : []),
    ...(create
      ? [`The pipe itself, emulator included, takes ${digits(create)} × the bare browser's time to create.`]
      : []),
  ];
}

/** Ratios mean nothing for counts that are zero, nor for differences around it. */
const WITHOUT_RATIOS = new Set([
  "storm.lost",
  "storm.disordered",
  "idle.cpu",
  "idle.memory",
  "cycles.slope",
  "cycles.heap",
  "proxy.create",
]);

/** Compared within Berth: no other target has levels, profiles or recordings. */
const IS_BERTHS_OWN = /^(?:stealth|profile|recording|adblock)\.|^live\.crowd$/;

function ratioTable(rows: readonly Row[]): string {
  const shown = rows.filter(({ id }) => !WITHOUT_RATIOS.has(id) && !IS_BERTHS_OWN.test(id));
  return table(
    ["", "better", "pipe to Chromium", "Berth to Chromium", "Berth to pipe"],
    shown.map(({ title, better, pipeToChromium, berthToChromium, berthToPipe }) => [
      title,
      better,
      ratio(pipeToChromium),
      ratio(berthToChromium),
      ratio(berthToPipe),
    ]),
  );
}

const ratio = (spread: Spread | undefined): string => (spread ? withSpread(spread) : "–");

function valueTable(rows: readonly Row[]): string {
  return table(
    ["", "unit", ...TARGET_NAMES.map((name) => HEADINGS[name]), "values each"],
    rows.map(({ title, unit, values }) => [
      title,
      unit,
      ...TARGET_NAMES.map((name) => (values[name] ? digits(values[name].median) : "–")),
      String(Math.max(...Object.values(values).map(({ samples }) => samples))),
    ]),
  );
}

function conditionList(conditions: Conditions): string {
  const { measuredAt, mode, rounds, minutes, machine, load, versions, later = [] } = conditions;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `- ${measuredAt}, ${mode} mode, ${rounds} rounds after one to warm up, ${minutes} minutes.`,
    `- ${machine}; load average over 15 minutes at the end ${load}.`,
    `- ${list.join(", ")}.`,
    ...later.map((part) => `- ${part.measuredAt}, in a run of its own: ${part.groups.join(", ")}; load ${part.load}.`),
  ].join("\n");
}

function withSpread({ median, q1, q3, samples }: Spread): string {
  return samples < 2 || q1 === q3 ? digits(median) : `${digits(median)} [${digits(q1)}–${digits(q3)}]`;
}

/** Three significant digits, whole numbers from a hundred on. */
function digits(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-US") : Number(value.toPrecision(3)).toString();
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, headings.map((_heading, column) => (column === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
