import { describe, expect } from "vitest";
import { Api } from "../support/node/api.ts";
import { startDistantServer } from "../support/node/berth-server.ts";
import type { Clients } from "../support/node/clients.ts";
import { expectationOf, findLeaks, renderLeaks } from "../support/node/coverage-report.ts";
import { CONTEXT_KINDS } from "../support/node/coverage-scripts.ts";
import { CoverageSite, type Sighting } from "../support/node/coverage-site.ts";
import { type ClientName, connectVisitor } from "../support/node/coverage-visitors.ts";
import { Sessions, test as base } from "../support/node/test.ts";

/** A race that is lost once in a while shows. */
const REPETITIONS = 15;
/** Visits at once; their tabs are closed together. */
const PARALLEL = 3;

const test = base
  .extend("distantApi", { scope: "file" }, async ({}, { onCleanup }) => {
    const { server, stop } = await startDistantServer();
    onCleanup(stop);
    return new Api(server);
  })
  .extend("coverage", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await CoverageSite.serve();
    onCleanup(() => site.close());
    return site;
  })
  .extend("distant", async ({ distantApi }, { onCleanup }) => {
    const sessions = new Sessions(distantApi);
    onCleanup(() => sessions.endAll());
    return sessions;
  });

/** Far from what any machine of ours says by itself. */
const STANDARD = { stealth: "standard", fingerprint: { locale: "de-DE", timezone: "Asia/Tokyo" } } as const;
const MAX = { stealth: "max" } as const;

interface Campaign {
  readonly sessions: Sessions;
  readonly api: Api;
  readonly clients: Clients;
  readonly site: CoverageSite;
  readonly stealth: string;
  readonly fingerprint?: object | undefined;
  readonly client: ClientName;
  readonly repetitions?: number;
}

/** Visits every kind of context as often as asked; answers what was seen, and how it differs from the session's. */
async function survey({ sessions, api, clients, site, client, repetitions = REPETITIONS, ...spec }: Campaign) {
  const { id, cdpUrl } = await sessions.create("meshbrow", spec);
  const { fingerprint } = await api.describe(id);
  const visitor = await connectVisitor(client, { clients, cdpUrl, site });
  const runs = Array.from({ length: repetitions }, (_, index) => `${id}-${index}`);
  const missing: string[] = [];
  for (let at = 0; at < runs.length; at += PARALLEL) {
    const visits = runs.slice(at, at + PARALLEL).map((run) => visitor.visit(run));
    missing.push(...(await Promise.all(visits)).flat());
    await visitor.leave();
  }
  const sightings = runs.flatMap((run): readonly Sighting[] => site.sightingsOf(run));
  return { missing, sightings, fingerprint, leaks: findLeaks(sightings, expectationOf(fingerprint, sightings)) };
}

describe("what a session presents in every context, with its browser 20 ms away", () => {
  for (const [client, spec] of [
    ["raw", STANDARD],
    ["puppeteer", STANDARD],
    ["playwright", STANDARD],
    ["puppeteer", MAX],
    ["playwright", MAX],
  ] as const) {
    test(`is its fingerprint at ${spec.stealth}, to ${client}`, async ({ distant, distantApi, clients, coverage }) => {
      const common = { sessions: distant, api: distantApi, clients, site: coverage };
      const { missing, leaks, sightings } = await survey({ ...common, ...spec, client });
      expect(missing, "contexts that never reported").toEqual([]);
      expect(sightings.filter(({ source }) => source === "report")).toHaveLength(REPETITIONS * CONTEXT_KINDS.length);
      expect(renderLeaks(leaks)).toBe("");
    });
  }

  test("is a headless browser's at none, in all of them", async ({ distant, distantApi, clients, coverage }) => {
    const common = { sessions: distant, api: distantApi, clients, site: coverage };
    const { missing, leaks } = await survey({ ...common, stealth: "none", client: "raw", repetitions: 1 });
    expect(missing).toEqual([]);
    const naming = (field: string) => new Set(leaks.filter((leak) => leak.field === field).map(({ kind }) => kind));
    expect([...naming("userAgent")].toSorted()).toEqual(CONTEXT_KINDS.toSorted());
    expect([...naming("user-agent of the subresource")].toSorted()).toEqual(CONTEXT_KINDS.toSorted());
  });
});
