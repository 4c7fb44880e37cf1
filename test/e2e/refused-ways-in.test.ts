import { describe, expect } from "vitest";
import { asHttp, pathUrl, queryUrl, tokenOf } from "../support/node/endpoints.ts";
import { refusalOf } from "../support/node/cdp-socket.ts";
import { test } from "../support/node/test.ts";

const GUESSED = "ct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

describe("an upgrade is refused with 401", () => {
  test("without a token, with an empty, a guessed or a cut one", async ({ shared }) => {
    const cut = tokenOf(shared).slice(0, -1);
    for (const url of [
      pathUrl(shared, {}),
      queryUrl(shared, {}),
      pathUrl(shared, { token: "" }),
      pathUrl(shared, { token: GUESSED }),
      queryUrl(shared, { token: GUESSED }),
      pathUrl(shared, { token: cut }),
      pathUrl(shared, { token: GUESSED }, "/devtools/browser"),
    ]) {
      expect(await refusalOf(url), url).toBe(401);
    }
  });

  test("with the token of another session", async ({ shared, sessions }) => {
    const other = await sessions.create();
    expect(await refusalOf(pathUrl(shared, { token: tokenOf(other) }))).toBe(401);
  });

  test("with the API key of another account, and with a key that is none", async ({ shared, admin }) => {
    const { api: stranger } = await admin.createAccount();
    expect(await refusalOf(queryUrl(shared, { apiKey: stranger.apiKey }))).toBe(401);
    expect(await refusalOf(pathUrl(shared, { apiKey: stranger.apiKey }))).toBe(401);
    expect(await refusalOf(queryUrl(shared, { apiKey: "mb_live_guessed" }))).toBe(401);
  });

  test("with an API key that was revoked", async ({ admin, sessions }) => {
    const { api, keyId } = await admin.createAccount();
    const session = await sessions.create("meshbrow", {}, api);
    const url = queryUrl(session, { apiKey: api.apiKey });
    expect(await refusalOf(url)).toBe(101);
    await api.destroy(session.id);
    const second = await sessions.create("meshbrow", {}, api);
    await admin.revokeKey(keyId);
    expect(await refusalOf(queryUrl(second, { apiKey: api.apiKey }))).toBe(401);
    expect(await refusalOf(second.cdpUrl), "its own token still works").toBe(101);
    // Its key is revoked, so the test's own clean-up could not end it.
    const socket = await import("../support/node/cdp-socket.ts").then(({ CdpSocket }) => CdpSocket.open(second.cdpUrl));
    socket.sendRaw(JSON.stringify({ id: 1, method: "Browser.close" }));
    await socket.closed;
  });

  test("with a token for the live view", async ({ sessions }) => {
    const session = await sessions.create("anchor");
    const token = new URL(session.liveViewUrl ?? "").searchParams.get("token") ?? "";
    expect(token).toMatch(/^ct_/);
    expect(await refusalOf(queryUrl(session, { token }))).toBe(401);
    expect(await refusalOf(pathUrl(session, { token }))).toBe(401);
  });

  test("for ids that no session has, known shape or not", async ({ shared, berth }) => {
    for (const id of ["ses_aaaaaaaaaaaaaaaaaaaaaaaaaa", "00000000-0000-4000-8000-000000000000", "nonsense"]) {
      const stranger = { id, cdpUrl: shared.cdpUrl };
      expect(await refusalOf(pathUrl(stranger, { token: tokenOf(shared) })), id).toBe(401);
      expect(await refusalOf(queryUrl(stranger, { apiKey: berth.apiKey })), id).toBe(401);
    }
  });

  test("for DevTools' HTTP endpoints too", async ({ shared }) => {
    for (const path of ["/json/version", "/json/list", "/json/protocol"]) {
      const response = await fetch(asHttp(pathUrl(shared, { token: GUESSED }, path)));
      expect(response.status, path).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: "unauthorized" } });
    }
  });
});

describe("a scoped token", () => {
  test("takes the API key's place, and the session's own token keeps working", async ({ api, berth, sessions }) => {
    const session = await sessions.create("anchor");
    const byKey = queryUrl(session, { apiKey: berth.apiKey });
    expect(await refusalOf(byKey)).toBe(101);
    const { url } = await api.mintToken(session.id);
    expect(await refusalOf(byKey)).toBe(401);
    expect(await refusalOf(url)).toBe(101);
    expect(await refusalOf(session.cdpUrl)).toBe(101);
  });

  test("opens nothing once it is revoked, while a client connected with it stays", async ({
    api,
    sessions,
    clients,
  }) => {
    const session = await sessions.create("anchor");
    const { token, url } = await api.mintToken(session.id);
    const socket = await clients.socket(url);
    const revoked = await api.call("anchor", `/v1/sessions/${session.id}/tokens/${token}`, { method: "DELETE" });
    expect(revoked.status).toBe(200);
    expect(await refusalOf(url)).toBe(401);
    expect(await refusalOf(pathUrl(session, { token }))).toBe(401);
    expect((await socket.send("Browser.getVersion")).result).toHaveProperty("product");
  });
});

describe("an upgrade is refused", () => {
  test("with 429 for the fifth client, until one of the four leaves", async ({ sessions, clients }) => {
    const { cdpUrl } = await sessions.create();
    const sockets = await Promise.all(Array.from({ length: 4 }, () => clients.socket(cdpUrl)));
    expect(await refusalOf(cdpUrl)).toBe(429);
    await sockets[0]?.close();
    await expect.poll(() => refusalOf(cdpUrl)).toBe(101);
  });

  test("with 410 or 401 once the session has ended", async ({ api, sessions }) => {
    const session = await sessions.create();
    await api.destroy(session.id);
    expect([401, 410]).toContain(await refusalOf(session.cdpUrl));
  });

  test("with 404 for a page that there is not, and for a path that there is not", async ({ shared }) => {
    const token = tokenOf(shared);
    expect(await refusalOf(pathUrl(shared, { token }, "/devtools/page/0123456789ABCDEF0123456789ABCDEF"))).toBe(404);
    expect(await refusalOf(pathUrl(shared, { token }, "/somewhere"))).toBe(404);
  });
});
