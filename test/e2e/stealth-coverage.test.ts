import type { Page } from "puppeteer-core";
import { describe, expect } from "vitest";
import { Api } from "../support/node/api.ts";
import { startDistantServer } from "../support/node/berth-server.ts";
import { type Clients, firstPuppeteerPage } from "../support/node/clients.ts";
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
/** The same set-up of targets with more around it: a few visits show that nothing of it is lost. */
const MAX = { stealth: "max", repetitions: 6 } as const;

interface Place {
  readonly sessions: Sessions;
  readonly api: Api;
  readonly clients: Clients;
  readonly site: CoverageSite;
}

interface Campaign {
  readonly client: ClientName;
  readonly stealth: string;
  readonly fingerprint?: object;
  readonly repetitions?: number;
}

/** Visits every kind of context as often as asked; answers what was seen, and how it differs from the session's. */
async function survey({ sessions, api, clients, site }: Place, campaign: Campaign) {
  const { client, repetitions = REPETITIONS, ...spec } = campaign;
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
  const reports = sightings.filter(({ source }) => source === "report").length;
  const leaks = findLeaks(sightings, expectationOf(fingerprint, sightings));
  return { missing, leaks, isComplete: reports === repetitions * CONTEXT_KINDS.length };
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
      const place = { sessions: distant, api: distantApi, clients, site: coverage };
      const { missing, leaks, isComplete } = await survey(place, { client, ...spec });
      expect(missing, "contexts that never reported").toEqual([]);
      expect(isComplete, "each context reported once").toBe(true);
      expect(renderLeaks(leaks)).toBe("");
    });
  }

  test("is a headless browser's at none, in all of them", async ({ distant, distantApi, clients, coverage }) => {
    const place = { sessions: distant, api: distantApi, clients, site: coverage };
    const { missing, leaks } = await survey(place, { client: "raw", stealth: "none", repetitions: 1 });
    expect(missing).toEqual([]);
    const naming = (field: string) => new Set(leaks.filter((leak) => leak.field === field).map(({ kind }) => kind));
    expect([...naming("userAgent")].toSorted()).toEqual(CONTEXT_KINDS.toSorted());
    expect([...naming("user-agent of the subresource")].toSorted()).toEqual(CONTEXT_KINDS.toSorted());
  });
});

describe("a time zone, which belongs to a process and goes with the tab that brought it", () => {
  const readZone = "Intl.DateTimeFormat().resolvedOptions().timeZone";

  test("stays with a popup whose opener closes", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", STANDARD)).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(`${site.origin}/popups`);
    const opened = new Promise<Page | null>((done) => page.once("popup", done));
    await page.click("#open");
    const popup = await opened;
    await popup?.waitForSelector("h1");
    await page.close();
    await expect.poll(() => popup?.evaluate(readZone)).toBe("Asia/Tokyo");
    expect(await popup?.evaluate("new Intl.NumberFormat().format(1.5)")).toBe("1,5");
  });

  test("stays with a frame whose site's tab closes", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", STANDARD)).cdpUrl);
    const page = await firstPuppeteerPage(browser);
    await page.goto(`${site.origin}/workers`);
    const other = `${site.origin.replace("127.0.0.1", "localhost")}/second`;
    const opened = new Promise<Page | null>((done) => page.once("popup", done));
    await page.evaluate((url) => void window.open(url), other);
    const popup = await opened;
    await popup?.waitForSelector("h1");
    await page.evaluate((url) => {
      document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
    }, other);
    const frame = await page.waitForFrame((candidate) => candidate.url() === other);
    await popup?.close();
    await expect.poll(() => frame.evaluate(readZone)).toBe("Asia/Tokyo");
    expect(await frame.evaluate("new Intl.NumberFormat().format(1.5)")).toBe("1,5");
  });
});
