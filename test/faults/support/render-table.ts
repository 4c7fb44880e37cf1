import type { Fault, Outcome } from "./outcome.ts";

/** The table of docs/faults.md. */
export function renderTable(groups: readonly (readonly [string, readonly Fault[]])[]): string {
  return groups.map(([title, faults]) => `## ${title}\n\n${rows(faults)}`).join("\n\n");
}

function rows(faults: readonly Fault[]): string {
  const head = ["when", "fault", "the session", "reason", "clients", "slot", "usage", "orphans"];
  const body = faults.map(({ name, phase, outcome }) => [
    phase,
    name,
    outcome.state === "none" ? "was never admitted" : `\`${outcome.state}\``,
    outcome.reason === undefined ? "–" : `\`${outcome.reason}\``,
    clients(outcome),
    outcome.state === "none" || outcome.reason !== undefined ? "free" : "held",
    outcome.usage === 0 ? "not counted" : "once",
    "0",
  ]);
  const table = [head, ...body];
  const widths = head.map((_cell, column) => Math.max(3, ...table.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[], fill = " "): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  return [
    line(head),
    line(
      head.map(() => ""),
      "-",
    ),
    ...body.map((row) => line(row)),
  ].join("\n");
}

function clients({ close }: Outcome): string {
  if (close === undefined) return "–";
  return close === "stays" ? "notice nothing" : `\`${close}\``;
}
