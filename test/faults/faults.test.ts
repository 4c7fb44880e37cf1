import { afterEach, describe, expect, it } from "vitest";
import document from "../../docs/faults.md?raw";
import { faults } from "./support/faults.ts";
import type { Fault, Outcome } from "./support/outcome.ts";
import { renderTable } from "./support/render-table.ts";
import { endBrowser, orphans, type World } from "./support/world.ts";
import { BUCKET_FAULTS } from "./table/bucket.ts";
import { BROWSER_FAULTS } from "./table/browser.ts";
import { CLIENT_FAULTS } from "./table/client.ts";
import { DATABASE_FAULTS } from "./table/database.ts";
import { ENGINE_FAULTS } from "./table/engine.ts";
import { OBJECT_FAULTS } from "./table/object.ts";
import { TIME_FAULTS } from "./table/time.ts";

const GROUPS: readonly (readonly [string, readonly Fault[]])[] = [
  ["The engine", ENGINE_FAULTS],
  ["The session's Durable Object", OBJECT_FAULTS],
  ["The browser and the socket to it", BROWSER_FAULTS],
  ["D1", DATABASE_FAULTS],
  ["R2: profiles and recordings", BUCKET_FAULTS],
  ["Alarms and clocks", TIME_FAULTS],
  ["Clients", CLIENT_FAULTS],
];

const PATIENCE = { timeout: 60_000, interval: 50 };

afterEach(async () => {
  faults.heal();
  // A test that failed must not fail the next one.
  await Promise.all((await orphans()).map(endBrowser));
  faults.forget();
});

describe.each(GROUPS)("%s", (_group, table) => {
  it.each(table.map((fault) => [`${fault.phase}: ${fault.name}`, fault] as const))("%s", async (_name, fault) => {
    const { outcome } = fault;
    const world = await fault.happen();
    await expect.poll(() => standing(world), PATIENCE).toEqual(settled(outcome));
    expect(await told(world, outcome)).toBe(outcome.close);
    faults.heal();
    // Whatever happened before, an end leaves no slot and no browser, and counts once.
    expect(await world.end()).toBe(isOver(outcome) ? 404 : 200);
    await expect.poll(() => remains(world), PATIENCE).toEqual({ slots: 0, orphans: [], counted: outcome.usage });
  });
});

describe("docs/faults.md", () => {
  it("holds the table as it was run", () => {
    expect(document).toContain(renderTable(GROUPS));
  });
});

const isOver = ({ state, reason }: Outcome): boolean => state === "none" || reason !== undefined;

/** What is to be seen of the session once things have settled. */
const settled = (outcome: Outcome) => ({
  state: outcome.state,
  reason: outcome.reason,
  slots: isOver(outcome) ? 0 : 1,
  counted: outcome.usage,
});

async function standing(world: World): Promise<ReturnType<typeof settled>> {
  const id = await world.findSession();
  const shown = id === undefined ? undefined : await world.show(id);
  const { sessions } = await world.usage();
  // The month counts one session of this account, or none.
  const counted = sessions as Outcome["usage"];
  return { state: shown?.status ?? "none", reason: shown?.endReason, slots: await world.slots(), counted };
}

/** What the client that was connected has heard. */
async function told({ client }: World, { close }: Outcome): Promise<Outcome["close"]> {
  if (close === undefined || client === undefined) return undefined;
  if (close !== "stays") return (await client.closed).code;
  await client.send("Browser.getVersion");
  return "stays";
}

async function remains(world: World): Promise<object> {
  const { sessions, browserMs } = await world.usage();
  // A session that is not counted costs no time either.
  const counted = sessions === 0 && browserMs > 0 ? "time without a session" : sessions;
  return { slots: await world.slots(), orphans: await orphans(), counted };
}
