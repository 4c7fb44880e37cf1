import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTenant, type Tenant } from "../support/worker/api.ts";
import { CdpClient } from "../support/worker/cdp-client.ts";
import { evict } from "../support/worker/evict.ts";

const ORIGIN = "http://shop.test";
const NAME = "a customer";

/** Everything that a page finds, in one text. */
const READ = `new Promise((resolve) => {
  const opening = indexedDB.open("auth", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("marks");
  opening.onsuccess = () => {
    const reading = opening.result.transaction("marks").objectStore("marks").get("user");
    reading.onsuccess = () => {
      opening.result.close();
      resolve([document.cookie, localStorage.getItem("token"), reading.result].join(", "));
    };
  };
})`;
const WRITE = `new Promise((resolve) => {
  document.cookie = "user=known; max-age=86400";
  localStorage.setItem("token", "known");
  const opening = indexedDB.open("auth", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("marks");
  opening.onsuccess = () => {
    const writing = opening.result.transaction("marks", "readwrite");
    writing.objectStore("marks").put("known", "user");
    writing.oncomplete = () => (opening.result.close(), resolve("written"));
  };
})`;
const KNOWN = "user=known, known, known";

let tenant: Tenant;
const open: string[] = [];

beforeAll(async () => {
  tenant = await createTenant();
  const body = JSON.stringify({ name: NAME });
  expect((await tenant.anchor("/v1/profiles", { method: "POST", body })).status).toBe(200);
});

afterEach(async () => {
  for (const id of open.splice(0)) await end(id);
});

const end = (id: string) => tenant.meshbrow(`/v1/sessions/${id}`, { method: "DELETE" });

const ask = (persist: boolean) => {
  const body = JSON.stringify({ browser: { profile: { name: NAME, persist } } });
  return tenant.anchor("/v1/sessions", { method: "POST", body });
};

async function create(persist = false): Promise<{ readonly id: string; readonly cdpUrl: string }> {
  const response = await ask(persist);
  expect(response.status).toBe(200);
  const { data } = await response.json<{ data: { id: string; cdp_url: string } }>();
  open.push(data.id);
  return { id: data.id, cdpUrl: data.cdp_url };
}

/** A client that answers its page's requests itself: there is no site. Answers what the page's script says. */
async function visit(cdpUrl: string, expression: string): Promise<unknown> {
  const client = await CdpClient.connect(cdpUrl);
  const [page] = await client.pages();
  const session = await client.attach(page?.targetId ?? "");
  await client.answerRequests("<title>shop</title>", session);
  const { errorText } = await client.send("Page.navigate", { url: `${ORIGIN}/` }, session);
  const seen = errorText ?? (await client.evaluate(expression, session));
  client.close();
  return seen;
}

describe("a profile", () => {
  it("is saved by an object that has lost its memory, and restored by one", async () => {
    const first = await create(true);
    expect(await visit(first.cdpUrl, WRITE)).toBe("written");
    await evict(first.id);
    await end(first.id);

    const second = await create();
    await evict(second.id);
    expect(await visit(second.cdpUrl, READ)).toBe(KNOWN);
  });

  it("shows an error in place of a page whose storage is not to be had, and keeps what it holds", async () => {
    const { id, cdpUrl } = await create(true);
    const { objects } = await env.ARTIFACTS.list({ prefix: "profiles/" });
    const parts = objects.filter(({ key }) => !key.endsWith("/manifest"));
    expect(parts).toHaveLength(1);
    const key = parts[0]?.key ?? "";
    const bytes = await (await env.ARTIFACTS.get(key))?.arrayBuffer();
    await env.ARTIFACTS.delete(key);
    expect(await visit(cdpUrl, READ)).toBe("net::ERR_FAILED");
    await env.ARTIFACTS.put(key, bytes ?? "");
    expect(await visit(cdpUrl, READ)).toBe(KNOWN);
    await end(id);
    expect(await visit((await create()).cdpUrl, READ)).toBe(KNOWN);
  });

  it("that cannot be read refuses the session by name", async () => {
    const { objects } = await env.ARTIFACTS.list({ prefix: "profiles/" });
    for (const { key } of objects) if (key.endsWith("/manifest")) await env.ARTIFACTS.put(key, "damaged");
    const refused = await ask(false);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({
      error: { code: 503, message: "The profile cannot be read (profile_unreadable): not a sealed object" },
    });
  });
});
