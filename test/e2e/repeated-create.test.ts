import Anchorbrowser from "anchorbrowser";
import { describe, expect } from "vitest";
import type { Answer, Api, Dialect } from "../support/node/api.ts";
import { startCreate } from "../support/node/leaving-client.ts";
import { listBrowserProcesses, listBrowsers } from "../support/node/processes.ts";
import { readLeftovers } from "../support/node/server-state.ts";
import { test as base } from "../support/node/test.ts";

const WAIT = { timeout: 60_000 };

interface Created {
  readonly id: string;
  readonly cdpUrl: string;
  readonly data: { readonly id: string };
}

const noBrowsers = () => expect.poll(() => listBrowserProcesses(), WAIT).toEqual([]);

/** An account of a test's own, whose sessions end with it. */
const test = base.extend("own", async ({ admin }, { onCleanup }) => {
  const account = await admin.createAccount();
  onCleanup(async () => void (await account.api.call("anchor", "/v1/sessions/all", { method: "DELETE" })));
  return account;
});

const keyed = (key: string, body: object = {}) => ({ method: "POST", body, headers: { "idempotency-key": key } });

const create = (api: Api, dialect: Dialect, request: ReturnType<typeof keyed>): Promise<Answer<Created>> =>
  api.call(dialect, "/v1/sessions", request);

const idOf = (dialect: Dialect, { body }: Answer<Created>): string => (dialect === "meshbrow" ? body.id : body.data.id);

describe.for<Dialect>(["meshbrow", "anchor"])("an Idempotency-Key in the %s dialect", (dialect) => {
  test("launches one browser for a burst, and answers all of it alike", async ({ own: { api }, clients }) => {
    await noBrowsers();
    const answers = await Promise.all(Array.from({ length: 6 }, () => create(api, dialect, keyed("burst"))));
    const [first, ...others] = answers.map(({ body }) => body);
    if (first === undefined) throw new Error("nothing was answered");
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([dialect === "meshbrow" ? 201 : 200]));
    expect(others).toEqual(others.map(() => first));
    expect(await api.countActive()).toBe(1);
    await expect.poll(() => listBrowsers().length).toBe(1);
    if (dialect === "meshbrow") {
      const browser = await clients.puppeteer(first.cdpUrl);
      expect(await browser.pages()).toHaveLength(1);
    }
  });

  test("is refused for another request, and finds a session that has ended", async ({ own: { api } }) => {
    const answer = await create(api, dialect, keyed("once"));
    const other = dialect === "meshbrow" ? { timeout: 77 } : { session: { timeout: { max_duration: 7 } } };
    expect(await create(api, dialect, keyed("once", other))).toMatchObject({
      status: 400,
      body: { error: { message: "Idempotency-Key was used for another request" } },
    });
    const id = idOf(dialect, answer);
    await api.destroy(id);
    const again = await create(api, dialect, keyed("once"));
    expect(again.status).toBe(answer.status);
    expect(idOf(dialect, again)).toBe(id);
    expect(JSON.stringify(again.body)).not.toContain("ct_");
    expect(await api.countActive()).toBe(0);
  });
});

describe.for<Dialect>(["meshbrow", "anchor"])("a client that leaves during a create (%s)", (dialect) => {
  test("leaves no session, no browser and no use behind", async ({ own: { api }, berth }) => {
    await noBrowsers();
    const client = await startCreate(api, dialect);
    await expect.poll(() => api.countActive(), { interval: 5 }).toBe(1);
    client.leave();
    await expect.poll(() => api.countActive(), WAIT).toBe(0);
    expect(client.answered()).toBeUndefined();
    await noBrowsers();
    const usage = await api.call("meshbrow", "/v1/billing/usage");
    expect(usage.body).toMatchObject({ active: 0, today: 0 });
    await expect.poll(() => readLeftovers(berth), WAIT).toEqual({ unendedRows: 0, armedAlarms: 0, fullObjects: 0 });
  });

  test("finds its session again with its key", async ({ own: { api } }) => {
    await noBrowsers();
    const client = await startCreate(api, dialect, { "idempotency-key": "retry" });
    await expect.poll(() => api.countActive(), { interval: 5 }).toBe(1);
    client.leave();
    const retry = await create(api, dialect, keyed("retry"));
    expect(client.answered()).toBeUndefined();
    expect(retry.status).toBe(dialect === "meshbrow" ? 201 : 200);
    expect(await api.describe(idOf(dialect, retry))).toMatchObject({ status: "ready" });
    expect(await api.countActive()).toBe(1);
    await expect.poll(() => listBrowsers().length).toBe(1);
  });
});

test("the Anchor SDK sends a key as a header of the request", async ({ own: { api } }) => {
  const sdk = new Anchorbrowser({ apiKey: api.apiKey, baseURL: api.url });
  const options = { headers: { "Idempotency-Key": "from the SDK" } };
  const first = await sdk.sessions.create({}, options);
  const again = await sdk.sessions.create({}, options);
  expect(again.data?.id).toBe(first.data?.id);
  expect(await api.countActive()).toBe(1);
});
