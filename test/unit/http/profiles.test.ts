import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";
import type { StorageState } from "../../../src/domain/storage-state.ts";
import { anchorAuth, createAppSetup, meshbrowAuth } from "./app-setup.ts";

type Setup = Awaited<ReturnType<typeof createAppSetup>>;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

let setup: Setup;

beforeEach(async () => {
  setup = await createAppSetup();
});

async function send(headers: Record<string, string>, line: string, body?: unknown): Promise<Answer> {
  const [method = "GET", path = ""] = line.split(" ");
  const json = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await setup.request(path, {
    method,
    headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    ...json,
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

const meshbrow = (line: string, body?: unknown): Promise<Answer> => send(meshbrowAuth(setup.key), line, body);
const anchor = (line: string, body?: unknown): Promise<Answer> => send(anchorAuth(setup.key), line, body);

async function create(body: object): Promise<string> {
  const created = await meshbrow("POST /v1/profiles", body);
  if (created.status !== 201) throw new Error(JSON.stringify(created));
  return (created.body as { id: string }).id;
}

const STATE: StorageState = {
  cookies: [
    {
      name: "a",
      value: "1",
      domain: ".a.test",
      path: "/",
      expires: -1,
      httpOnly: true,
      secure: true,
      sameSite: "None",
    },
    {
      name: "chips",
      value: "2",
      domain: "b.test",
      path: "/",
      expires: 1_900_000_000,
      httpOnly: false,
      secure: true,
      sameSite: "None",
      partitionKey: "https://top.test",
      _crHasCrossSiteAncestor: true,
    },
  ],
  origins: [
    { origin: "https://empty.test", localStorage: [] },
    { origin: "https://local.test", localStorage: [{ name: "ключ", value: "\ud800 half" }] },
    {
      origin: "https://both.test",
      localStorage: [{ name: "a", value: "b" }],
      indexedDB: [
        { name: "bare", version: 3, stores: [] },
        {
          name: "full",
          version: 1,
          stores: [
            { name: "empty", autoIncrement: true, keyPath: "id", indexes: [], records: [] },
            {
              name: "values",
              autoIncrement: false,
              indexes: [{ name: "by", keyPathArray: ["x", "y"], unique: true, multiEntry: false }],
              records: [
                { key: "plain", value: { a: [1, null, { b: "" }], c: true } },
                { key: 1, valueEncoded: { m: [{ k: "a", v: { d: "2026-01-01T00:00:00.000Z" } }], id: 1 } },
                { keyEncoded: { d: "2026-01-01T00:00:00.000Z" }, value: null },
              ],
            },
          ],
        },
      ],
    },
    {
      origin: "https://database.test",
      localStorage: [],
      indexedDB: [{ name: "only", version: 1, stores: [{ name: "s", autoIncrement: true, indexes: [], records: [] }] }],
    },
  ],
};

describe("profiles over HTTP", () => {
  it("are one set in both dialects, and another account's are nobody's", async ({ expect }) => {
    const fingerprint = { platform: "Win32", locale: "de-DE", timezone: "Europe/Berlin" };
    const proxy = { type: "residential", country: "de", sticky: true };
    const body = { name: "Kunde 1", tags: ["a", "b"], fingerprint, proxy };
    const { status, body: created } = await meshbrow("POST /v1/profiles", body);
    expect(status).toBe(201);
    expect(created).toMatchObject({
      id: expect.stringMatching(/^prof_[a-z2-7]{16}$/),
      name: "Kunde 1",
      tags: ["a", "b"],
      fingerprint,
      proxy: { type: "residential", country: "DE", sticky: true },
      source: "empty",
      version: null,
      usageCount: 0,
      cookieCount: 0,
      storageOrigins: [],
      lastUsedAt: null,
      createdAt: "2026-11-20T12:00:00.000Z",
    });
    const { id } = created as { id: string };
    expect((await anchor("GET /v1/profiles/Kunde%201")).body).toMatchObject({
      data: { name: "Kunde 1", status: "empty", source: "empty", session_id: null, description: null },
    });
    expect((await anchor("POST /v1/profiles", { name: "Kunde 1" })).status).toBe(409);
    expect((await meshbrow("POST /v1/profiles", { name: "Kunde 1" })).body).toEqual({
      error: { code: "conflict", message: 'a profile named "Kunde 1" exists already' },
    });
    expect((await meshbrow("GET /v1/profiles?tag=b")).body).toMatchObject({
      items: [{ id }],
      total: 1,
      hasMore: false,
    });
    expect((await meshbrow("GET /v1/profiles?tag=c")).body).toEqual({ items: [], total: 0, hasMore: false });
    expect((await anchor("GET /v1/profiles")).body).toMatchObject({ data: { count: 1, items: [{ name: "Kunde 1" }] } });

    const stranger = await createAppSetup();
    for (const path of [`/v1/profiles/${id}`, `/v1/profiles/${id}/storage-state`, `/v1/profiles/${id}/versions`]) {
      expect((await stranger.request(path, { headers: meshbrowAuth(stranger.key) })).status).toBe(404);
    }
    expect((await anchor("DELETE /v1/profiles/Kunde%201")).body).toEqual({ data: { status: "success" } });
    expect((await meshbrow(`GET /v1/profiles/${id}`)).body).toEqual({
      error: { code: "not_found", message: `profile ${id} not found` },
    });
    expect((await anchor("DELETE /v1/profiles/Kunde%201")).status).toBe(404);
  });

  it("give back the storage state that they were given", async ({ expect }) => {
    const id = await create({ name: "state", storageState: STATE });
    expect((await meshbrow(`GET /v1/profiles/${id}`)).body).toMatchObject({
      source: "import",
      cookieCount: 2,
      storageOrigins: ["https://local.test", "https://both.test", "https://database.test"],
      version: 1,
    });
    const exported = await meshbrow(`GET /v1/profiles/${id}/storage-state`);
    const origins = STATE.origins.filter(({ origin }) => origin !== "https://empty.test");
    expect(exported).toEqual({ status: 200, body: { cookies: STATE.cookies, origins } });
    expect(await anchor("GET /v1/profiles/state/storage-state")).toEqual(exported);
    const none = await create({ name: "nothing" });
    expect((await meshbrow(`GET /v1/profiles/${none}/storage-state`)).body).toEqual({ cookies: [], origins: [] });
  });

  it("keep what an import replaces, and can go back to it", async ({ expect }) => {
    const id = await create({ name: "versions", storageState: STATE });
    const emptied = await anchor("PUT /v1/profiles/versions/storage-state", { cookies: [], origins: [] });
    expect(emptied.body).toMatchObject({ data: { cookie_count: 0, storage_origins: [] } });
    const { items } = (await meshbrow(`GET /v1/profiles/${id}/versions`)).body as { items: { id: string }[] };
    expect(items).toMatchObject([
      { number: 2, cookieCount: 0, conflict: false, sessionId: null },
      { number: 1, cookieCount: 2, conflict: false },
    ]);
    const restored = await meshbrow(`POST /v1/profiles/${id}/versions/${items[1]?.id}/restore`);
    expect(restored).toMatchObject({ status: 200, body: { version: 1, cookieCount: 2 } });
    expect((await anchor("GET /v1/profiles/versions/versions")).body).toMatchObject({ data: { count: 2 } });
    expect((await meshbrow(`POST /v1/profiles/${id}/versions/ver_nobody/restore`)).body).toEqual({
      error: { code: "not_found", message: "profile version ver_nobody not found" },
    });
  });

  it("are deleted with every object of theirs", async ({ expect }) => {
    const id = await create({ name: "deleted", storageState: STATE });
    const objects = async () => (await env.ARTIFACTS.list({ prefix: `profiles/${id}/` })).objects;
    expect(await objects()).not.toEqual([]);
    expect((await meshbrow(`DELETE /v1/profiles/${id}`)).body).toEqual({ id, deleted: true });
    await setup.settle();
    expect(await objects()).toEqual([]);
  });

  it("are made from running sessions, or not at all", async ({ expect }) => {
    const session = await meshbrow("POST /v1/sessions", {});
    const { id: sessionId } = session.body as { id: string };
    setup.sessions.saveFailure = { kind: "profileFailed", problem: "too_large", reason: "larger than 300 MB" };
    const failed = await anchor("POST /v1/profiles", { name: "made", session_id: sessionId });
    expect(failed.status).toBe(413);
    expect((await anchor("GET /v1/profiles/made")).status).toBe(404);
    setup.sessions.saveFailure = undefined;
    expect((await anchor("POST /v1/profiles", { name: "made", session_id: sessionId })).status).toBe(200);
    expect((await anchor("GET /v1/profiles/made")).body).toMatchObject({
      data: { source: "session", session_id: sessionId },
    });
    const nobody = "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    expect((await meshbrow("POST /v1/profiles", { name: "x", session_id: nobody })).body).toEqual({
      error: { code: "not_found", message: `Session ${nobody} not found` },
    });
  });

  it("set what a session with one is not asked for", async ({ expect }) => {
    const fingerprint = { platform: "Linux x86_64", locale: "fr-FR" };
    const id = await create({ name: "preferences", fingerprint });
    await meshbrow("POST /v1/sessions", { profileId: id });
    await meshbrow("POST /v1/sessions", { profileId: id, fingerprint: { locale: "it-IT" } });
    const [preferring, asking] = setup.sessions.created;
    expect(preferring?.spec.fingerprint).toEqual(fingerprint);
    expect(asking?.spec.fingerprint).toEqual({ locale: "it-IT" });
    expect(preferring?.profile).toMatchObject({ id, name: "preferences", version: null });
    expect(preferring?.profile?.seed).toBe(asking?.profile?.seed);
    await setup.settle();
    expect((await meshbrow(`GET /v1/profiles/${id}`)).body).toMatchObject({
      usageCount: 2,
      lastUsedAt: "2026-11-20T12:00:00.000Z",
    });
    const named = await anchor("GET /v1/sessions?profile_name=preferences");
    expect(named.body).toMatchObject({ data: { total: 2 } });
    expect((await anchor("GET /v1/sessions?profile_name=other")).body).toMatchObject({ data: { total: 0 } });
  });

  it("answer the vendor's client libraries in their form", async ({ expect }) => {
    const headers = { ...meshbrowAuth(setup.key), "user-agent": "meshbrow-python/0.1.0" };
    const created = await send(headers, "POST /v1/profiles", { name: "sdk" });
    expect(created).toMatchObject({ status: 201, body: { data: { name: "sdk", cookie_count: 0, usage_count: 0 } } });
  });
});

const SHORT_STATE = { cookies: [], origins: [] };

describe("bad input to profiles", () => {
  it.for([
    [{}, "name"],
    [{ name: "" }, "name"],
    [{ name: "   " }, "name"],
    [{ name: "a/b" }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ name: "x".repeat(256) }, "name"],
    [{ name: 1 }, "name"],
    [{ name: "a", tags: "b" }, "tags"],
    [{ name: "a", tags: [""] }, "tags.0"],
    [{ name: "a", color: "red" }, "color"],
    [{ name: "a", fingerprint: { platform: "Amiga" } }, "fingerprint.platform"],
    [{ name: "a", fingerprint: { platform: "Win32", user_agent: "Mozilla/5.0 (Macintosh" } }, "fingerprint.user_agent"],
    [{ name: "a", proxy: { type: "residential", city: "Dallas" } }, "proxy.city"],
    [{ name: "a", sessionId: "ses_1", storageState: SHORT_STATE }, "storageState"],
    [{ name: "a", storage_state: { cookies: [] } }, "storage_state.origins"],
  ] as const)("%j is refused naming %s", async ([body, field], { expect }) => {
    expect(await meshbrow("POST /v1/profiles", body)).toMatchObject({
      status: 400,
      body: { error: { code: "invalid_request", field: expect.stringContaining(field.replace("storage_state.", "")) } },
    });
  });

  it.for([
    [{ cookies: [{ name: "a" }], origins: [] }, "cookies.0.value"],
    [{ cookies: [{ ...STATE.cookies[0], path: "deep" }], origins: [] }, "cookies.0.path"],
    [{ cookies: [], origins: [{ origin: "https://a.test/path", localStorage: [] }] }, "origins.0.origin"],
    [{ cookies: [], origins: [{ origin: "file:///etc", localStorage: [] }] }, "origins.0.origin"],
    [{ cookies: [], origins: [{ origin: "https://a.test", localStorage: [], opfs: [{}] }] }, "origins.0.opfs"],
    [{ cookies: [], origins: [STATE.origins[1], STATE.origins[1]] }, "origins.1.origin"],
  ] as const)("the state %j is refused naming %s", async ([state, field], { expect }) => {
    const id = await create({ name: "bad" });
    expect(await meshbrow(`PUT /v1/profiles/${id}/storage-state`, state)).toMatchObject({
      status: 400,
      body: { error: { field } },
    });
    expect((await meshbrow(`GET /v1/profiles/${id}`)).body).toMatchObject({ version: null });
  });

  it("a state may be large and deep, other bodies may not", async ({ expect }) => {
    const id = await create({ name: "large" });
    const localStorage = Array.from({ length: 20_000 }, (_, at) => ({ name: `key ${at}`, value: "x".repeat(100) }));
    const large = { cookies: [], origins: [{ origin: "https://a.test", localStorage }] };
    expect((await meshbrow(`PUT /v1/profiles/${id}/storage-state`, large)).status).toBe(200);
    const exported = await meshbrow(`GET /v1/profiles/${id}/storage-state`);
    expect(exported.body).toEqual(large);
    expect((await meshbrow("POST /v1/profiles", { name: "other", storageState: large })).status).toBe(413);
    const tooLarge = "x".repeat(8 * 1024 * 1024 + 1);
    expect((await meshbrow(`PUT /v1/profiles/${id}/storage-state`, tooLarge)).status).toBe(413);
  });

  it.for([
    [{}, "name"],
    [{ name: "a", source: "file" }, "source"],
    [{ name: "a", dedicated_sticky_ip: true }, "dedicated_sticky_ip"],
  ] as const)("Anchor's %j is refused naming %s", async ([body, field], { expect }) => {
    const answer = await anchor("POST /v1/profiles", body);
    expect(answer).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining(field) } } });
  });

  it("a session's profile that does not exist is a 404 that names it", async ({ expect }) => {
    expect(await meshbrow("POST /v1/sessions", { profile_id: "prof_x" })).toMatchObject({
      status: 404,
      body: { error: { message: "profile prof_x not found" } },
    });
    expect(setup.sessions.created).toEqual([]);
  });
});

describe("cookies of a session", () => {
  it.for([
    [{}, "cookies"],
    [{ cookies: 1 }, "cookies"],
    [{ cookies: "[", format: "json" }, "cookies"],
    [{ cookies: "a b c", format: "netscape" }, "cookies"],
    [{ cookies: [{ name: "a", value: "b" }] }, "cookies.0.domain"],
    [{ cookies: [], format: "xml" }, "format"],
    [{ cookies: [], merge: "yes" }, "merge"],
  ] as const)("%j is refused naming %s", async ([body, field], { expect }) => {
    const session = await meshbrow("POST /v1/sessions", {});
    const { id } = session.body as { id: string };
    const answer = await meshbrow(`POST /v1/sessions/${id}/cookies/import`, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { field } } });
  });
});
