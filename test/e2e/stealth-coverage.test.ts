import type { Browser, Page } from "puppeteer-core";
import { describe, expect } from "vitest";
import { Api, type Fingerprint } from "../support/node/api.ts";
import { startDistantServer } from "../support/node/berth-server.ts";
import { type Clients, firstPuppeteerPage } from "../support/node/clients.ts";
import { expectationOf, findLeaks, renderLeaks } from "../support/node/coverage-report.ts";
import { CONTEXT_KINDS } from "../support/node/coverage-scripts.ts";
import { CoverageSite, type Sighting } from "../support/node/coverage-site.ts";
import { type ClientName, connectVisitor } from "../support/node/coverage-visitors.ts";
import { Sessions, test as base } from "../support/node/test.ts";

/** A race that is lost once in a while shows. */
const REPETITIONS = 15;
/** Seconds for a visit, on a machine that has other things to do. */
const CAMPAIGN_MS = 120_000;
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

/** Far from what any machine of ours says by itself. Not the language: see docs/stealth.md, "What is left". */
const STANDARD = { stealth: "standard", fingerprint: { timezone: "Asia/Tokyo" } } as const;
/** The same set-up of targets with more around it: a few visits show that nothing of it is lost. */
const MAX = { stealth: "max", repetitions: 6 } as const;
/** Nothing of it is what a browser on a server says by itself. */
const FOREIGN: Fingerprint = {
  platform: "Win32",
  userAgent:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
  locale: "de-DE",
  timezone: "Asia/Tokyo",
};

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

/** An identity is compared with itself unless another one is named. */
interface Survey extends Campaign {
  readonly expected?: Fingerprint;
}

/** Visits every kind of context as often as asked; answers what was seen, and how it differs from the session's. */
async function survey({ sessions, api, clients, site }: Place, campaign: Survey) {
  const { client, expected, repetitions = REPETITIONS, ...spec } = campaign;
  const { id, cdpUrl } = await sessions.create("meshbrow", spec);
  const fingerprint = expected ?? (await api.describe(id)).fingerprint;
  const visitor = await connectVisitor(client, { clients, cdpUrl, site });
  const runs = Array.from({ length: repetitions }, (_, index) => `${id}-${index}`);
  const missing: string[] = [];
  for (let at = 0; at < runs.length; at += PARALLEL) {
    missing.push(...(await visitor.visit(runs.slice(at, at + PARALLEL))));
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
    test(
      `is its fingerprint at ${spec.stealth}, to ${client}`,
      { timeout: CAMPAIGN_MS },
      async ({ distant, distantApi, clients, coverage }) => {
        const place = { sessions: distant, api: distantApi, clients, site: coverage };
        const { missing, leaks, isComplete } = await survey(place, { client, ...spec });
        expect(missing, "contexts that never reported").toEqual([]);
        expect(isComplete, "each context reported once").toBe(true);
        expect(renderLeaks(leaks)).toBe("");
      },
    );
  }

  for (const stealth of ["standard", "max"]) {
    // Some of what scripts see of another system and language is the host's: see docs/stealth.md, "What is left".
    test(
      `is another machine's in the headers of all requests at ${stealth}`,
      { timeout: CAMPAIGN_MS },
      async ({ distant, distantApi, clients, coverage }) => {
        const place = { sessions: distant, api: distantApi, clients, site: coverage };
        const spec = { stealth, fingerprint: FOREIGN, repetitions: 6 };
        const { missing, leaks } = await survey(place, { client: "puppeteer", ...spec });
        expect(missing, "contexts that never reported").toEqual([]);
        expect(renderLeaks(leaks.filter(({ field }) => field.includes(" of the ")))).toBe("");
      },
    );
  }

  test("is the browser's own at none, in all of them", async ({ distant, distantApi, clients, coverage }) => {
    const place = { sessions: distant, api: distantApi, clients, site: coverage };
    const campaign = { client: "raw", stealth: "none", repetitions: 1, expected: FOREIGN } as const;
    const { missing, leaks } = await survey(place, campaign);
    expect(missing).toEqual([]);
    const naming = (field: string) => new Set(leaks.filter((leak) => leak.field === field).map(({ kind }) => kind));
    for (const field of ["userAgent", "locale", "timezone", "user-agent of the subresource"]) {
      expect([...naming(field)].toSorted(), field).toEqual(CONTEXT_KINDS.toSorted());
    }
  });
});

/** Chromium keeps zone and language for a process, and drops them with the tab that brought them. */
describe("a session's time zone and language", () => {
  const observed = "[Intl.DateTimeFormat().resolvedOptions().timeZone, (1.5).toLocaleString()]";
  const wanted = ["Asia/Tokyo", "1,5"];
  const FOREIGN = { stealth: "standard", fingerprint: { locale: "de-DE", timezone: "Asia/Tokyo" } } as const;

  /** A tab, and another that it has opened. */
  async function openPopup(browser: Browser, { from, to }: { from: string; to: string }) {
    const page = await firstPuppeteerPage(browser);
    await page.goto(from);
    const opened = new Promise<Page | null>((done) => page.once("popup", done));
    await page.evaluate((url) => void window.open(url), to);
    const popup = await opened;
    if (!popup) throw new Error("no popup");
    await popup.waitForSelector("h1");
    return { page, popup };
  }

  test("stay with a popup whose opener closes", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", FOREIGN)).cdpUrl);
    const { page, popup } = await openPopup(browser, { from: site.origin, to: `${site.origin}/second` });
    await page.close();
    await expect.poll(() => popup.evaluate(observed)).toEqual(wanted);
  });

  test("stay with a popup whose opener leaves for another site", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", FOREIGN)).cdpUrl);
    const { page, popup } = await openPopup(browser, { from: site.origin, to: `${site.origin}/second` });
    await page.goto(byOtherName(site.origin));
    await expect.poll(() => popup.evaluate(observed)).toEqual(wanted);
  });

  test("stay with a frame when another tab of its site closes", async ({ sessions, clients, site }) => {
    const browser = await clients.puppeteer((await sessions.create("meshbrow", FOREIGN)).cdpUrl);
    const other = `${byOtherName(site.origin)}/second`;
    const { page, popup } = await openPopup(browser, { from: site.origin, to: other });
    await page.evaluate((url) => {
      document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
    }, other);
    const frame = await page.waitForFrame((candidate) => candidate.url() === other);
    await popup.close();
    await expect.poll(() => frame.evaluate(observed)).toEqual(wanted);
  });
});

/** Another site on the same server. */
const byOtherName = (origin: string): string => origin.replace("127.0.0.1", "localhost");
