import { describe, test as base } from "vitest";
import { ANCHOR } from "../support/node/conformance/anchor.ts";
import { MESHBROW } from "../support/node/conformance/meshbrow.ts";
import { COLUMNS, type ConformanceMeta } from "../support/node/conformance/row.ts";
import { World } from "../support/node/conformance/world.ts";

const test = base.extend("world", { scope: "file" }, async ({}, { onCleanup }) => {
  const world = await World.open();
  onCleanup(() => world.close());
  return world;
});

/** Both published documents, field by field. `npm run conformance` makes a table of it. */
describe.for([
  ["Meshbrow: Create Session", MESHBROW],
  ["Anchor: Start Browser Session", ANCHOR],
] as const)("%s", ([document, rows]) => {
  for (const { field, isMissing = false, ...checks } of rows) {
    for (const column of COLUMNS) {
      const check = checks[column];
      if (check === undefined) continue;
      test(`${field}: ${column}`, async ({ world, task, expect }) => {
        const holds = isMissing && column === "rule" ? "refused" : "pass";
        const meta: ConformanceMeta = { document, field, column, holds };
        Object.assign(task.meta, { conformance: meta });
        await expect(check(world)).resolves.toBeUndefined();
      });
    }
  }
});
