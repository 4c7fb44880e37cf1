import { createScheduledController, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import worker from "../../src/index.ts";
import { createTenant, type Tenant } from "../support/worker/api.ts";
import { CdpClient } from "../support/worker/cdp-client.ts";

const ALL = { har: true, screenshots: true, video: true };
/** The rest of a second, and the time of a busy machine. */
const PATIENCE = { timeout: 60_000 };

let tenant: Tenant;
const open: string[] = [];

beforeAll(async () => {
  tenant = await createTenant();
});

afterEach(async () => {
  for (const id of open.splice(0)) await end(id);
});

const end = (id: string) => tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" });

async function create(): Promise<{ readonly id: string; readonly cdpUrl: string }> {
  const response = await tenant.meshbrow("/v1/sessions", { method: "POST", body: JSON.stringify({ recording: ALL }) });
  expect(response.status).toBe(201);
  const session = await response.json<{ id: string; cdpUrl: string }>();
  open.push(session.id);
  return session;
}

/** What an eviction takes: the object's memory, and its socket to the browser. */
async function evict(id: string): Promise<void> {
  const reset = runInDurableObject(env.SESSIONS.getByName(id), (_instance, state) => state.abort("reset by the test"));
  await expect(reset).rejects.toThrow("reset by the test");
}

/** A client that answers its page's requests itself: there is no site. */
async function visit(cdpUrl: string, url: string): Promise<void> {
  const client = await CdpClient.connect(cdpUrl);
  const [page] = await client.pages();
  const session = await client.attach(page?.targetId ?? "");
  await client.send("Page.enable", {}, session);
  await client.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] }, session);
  client.socket.addEventListener("message", ({ data }) => {
    const { method, params } = JSON.parse(String(data)) as { method?: string; params?: { requestId?: string } };
    if (method !== "Fetch.requestPaused") return;
    const responseHeaders = [{ name: "content-type", value: "text/html" }];
    const body = btoa('<link rel="icon" href="data:,"><style>body{background:rgb(0,160,0)}</style>');
    const answer = { requestId: params?.requestId, responseCode: 200, responseHeaders, body };
    void client.call("Fetch.fulfillRequest", answer, session);
  });
  await client.send("Page.navigate", { url }, session);
  await expect.poll(() => client.evaluate("document.readyState", session), PATIENCE).toBe("complete");
  client.close();
}

/** Rows of the object's own database. */
const count = (id: string, table: string): Promise<number> =>
  runInDurableObject(env.SESSIONS.getByName(id), (_instance, { storage }) =>
    Number(storage.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()["n"]),
  );

interface Recorded {
  readonly har: { readonly log: { readonly pages: readonly { id: string }[]; readonly entries: readonly Entry[] } };
  readonly events: readonly { readonly type: string; readonly event?: string; readonly url?: string }[];
  readonly screenshots: readonly { readonly n: number; readonly url: string }[];
}
interface Entry {
  readonly pageref: string;
  readonly request: { readonly url: string };
}

async function read(id: string): Promise<Recorded> {
  const ask = async (type: string): Promise<string> => {
    const response = await tenant.meshbrow(`/v1/sessions/${id}/recordings/${type}`);
    expect([type, response.status]).toEqual([type, 200]);
    return response.text();
  };
  const lines = (await ask("log")).split("\n").filter((line) => line !== "");
  return {
    har: JSON.parse(await ask("har")) as Recorded["har"],
    events: lines.map((line) => JSON.parse(line) as Recorded["events"][number]),
    screenshots: (JSON.parse(await ask("screenshots")) as Pick<Recorded, "screenshots">).screenshots,
  };
}

/** How the video ends up; its bytes when it is there. */
async function video(id: string): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
  for (;;) {
    const response = await tenant.meshbrow(`/v1/sessions/${id}/recordings/video`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 409) return { status: response.status, bytes };
  }
}

/** `ftyp`: how an MP4 begins. */
const FILE_TYPE = [0x66, 0x74, 0x79, 0x70];

describe("a recording", () => {
  it("goes on after its object has lost its memory, and has what was before", async () => {
    const { id, cdpUrl } = await create();
    await visit(cdpUrl, "http://shop.test/?before");
    await expect.poll(() => count(id, "har_entries"), PATIENCE).toBe(1);
    await expect.poll(() => count(id, "screenshots"), PATIENCE).toBeGreaterThan(0);
    await evict(id);
    await visit(cdpUrl, "http://shop.test/?after");
    await end(id);
    const { har, events, screenshots } = await read(id);

    expect(har.log.entries.map(({ pageref, request }) => [pageref, request.url])).toEqual([
      ["page_1", "http://shop.test/?before"],
      ["page_2", "http://shop.test/?after"],
    ]);
    expect(har.log.pages.map((page) => page.id)).toEqual(["page_1", "page_2"]);
    const marks = events.filter(({ type }) => type === "recording").map(({ event }) => event);
    expect(marks).toEqual(["started", "restored", "ended"]);
    expect(events.filter(({ type }) => type === "tab").map(({ event }) => event)).toEqual(["opened", "shown"]);
    expect(screenshots.map(({ n }) => n)).toEqual(screenshots.map((_each, at) => at + 1));
    expect(screenshots.map(({ url }) => url)).toEqual(
      expect.arrayContaining(["http://shop.test/?before", "http://shop.test/?after"]),
    );
    const { status, bytes } = await video(id);
    expect([status, Array.from(bytes.slice(4, 8))]).toEqual([200, FILE_TYPE]);
    // Nothing of it is left in the session's object, and no picture that the video has taken up.
    await runInDurableObject(env.SESSIONS.getByName(id), (_instance, { storage }) => {
      expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name LIKE 'har%'").toArray()).toEqual([]);
    });
    const left = await env.ARTIFACTS.list({ prefix: `recordings/${id}/video/` });
    // As R2 lists them: by their names.
    expect(left.objects.map(({ key }) => key.split("/").at(-1))).toEqual(["source.json", "video.mp4"]);
  });

  it("whose pictures are lost has no video, and says so", async () => {
    const { id, cdpUrl } = await create();
    await visit(cdpUrl, "http://shop.test/");
    await end(id);
    await env.ARTIFACTS.delete(`recordings/${id}/video/source.json`);
    expect((await video(id)).status).toBe(502);
    const listed = await (
      await tenant.meshbrow(`/v1/sessions/${id}/recordings`)
    ).json<{
      recordings: readonly { type: string; status: string; error: string | null }[];
    }>();
    expect(listed.recordings.at(-1)).toMatchObject({
      type: "video",
      status: "failed",
      error: "what was recorded is not there any more",
    });
  });

  it("is deleted when it has had its time", async () => {
    const { id, cdpUrl } = await create();
    await visit(cdpUrl, "http://shop.test/");
    await end(id);
    const prefix = `recordings/${id}/`;
    expect((await env.ARTIFACTS.list({ prefix })).objects.length).toBeGreaterThan(3);
    await env.DB.prepare("UPDATE recordings SET expires_at = 1 WHERE session_id = ?").bind(id).run();
    expect((await tenant.meshbrow(`/v1/sessions/${id}/recordings/har`)).status).toBe(404);
    await worker.scheduled(createScheduledController(), env);
    expect((await env.ARTIFACTS.list({ prefix })).objects).toEqual([]);
    const left = await env.DB.prepare("SELECT COUNT(*) AS n FROM recordings WHERE session_id = ?").bind(id).first("n");
    expect(left).toBe(0);
  });
});
