import { describe, it } from "vitest";
import type { SessionId } from "../../../src/domain/ids.ts";
import { createTenant } from "../accounts/tenant.ts";
import { createServiceSetup } from "./fake-sessions.ts";
import { aRequest } from "./requests.ts";

async function arrange() {
  const setup = await createServiceSetup();
  const { service, principal } = setup;
  const start = async (): Promise<SessionId> => {
    const created = await service.create(principal, aRequest({ tags: ["first"] }));
    if (!created.ok) throw new Error(created.failure.kind);
    return created.value.view.id;
  };
  return { ...setup, start };
}

const missing = (sessionId: string) => ({ ok: false, failure: { kind: "sessionNotFound", sessionId } });

describe("describing a session", () => {
  it("asks the session itself while it runs", async ({ expect }) => {
    const { service, principal, start } = await arrange();
    const id = await start();
    expect(await service.describe(principal, id)).toMatchObject({
      ok: true,
      value: { connectToken: "ct_connect", liveViewToken: "ct_live", view: { id, status: "ready" } },
    });
  });

  it("answers from the index, without credentials, once it has ended", async ({ expect }) => {
    const { service, principal, start } = await arrange();
    const id = await start();
    await service.end(principal, id);
    expect(await service.describe(principal, id)).toMatchObject({
      ok: true,
      value: { connectToken: null, liveViewToken: null, view: { id, status: "destroyed", endReason: "requested" } },
    });
  });
});

describe("ending a session", () => {
  it("answers its final view, the second time that there is none", async ({ expect }) => {
    const { service, principal, start, standing } = await arrange();
    const id = await start();
    expect(await service.end(principal, id)).toMatchObject({ ok: true, value: { id, status: "destroyed" } });
    expect(await service.end(principal, id)).toEqual(missing(id));
    expect(await standing()).toEqual({ usedThisMonth: 1, active: 0 });
  });
});

describe("ending all sessions", () => {
  it("ends every running one of the account and counts them", async ({ expect }) => {
    const { service, principal, start, standing, sessions } = await arrange();
    const ids = [await start(), await start(), await start()];
    await service.end(principal, ids[0] ?? "");
    expect(await service.endAll(principal)).toBe(2);
    expect(ids.filter((id) => sessions.isRunning(id))).toEqual([]);
    expect((await standing()).active).toBe(0);
    expect(await service.endAll(principal)).toBe(0);
  });

  it("goes on when one does not answer", async ({ expect }) => {
    const { service, principal, start, sessions, logger } = await arrange();
    const [stuck, other] = [await start(), await start()];
    sessions.endErrors.set(stuck, new Error("lost"));
    expect(await service.endAll(principal)).toBe(1);
    expect(sessions.isRunning(other)).toBe(false);
    expect(logger.events).toContain("session.not_ended");
  });

  it("leaves other accounts alone", async ({ expect }) => {
    const { service, start, sessions } = await arrange();
    const id = await start();
    const { principal: stranger } = await createTenant();
    expect(await service.endAll(stranger)).toBe(0);
    expect(sessions.isRunning(id)).toBe(true);
  });
});

describe("tags", () => {
  it("of a running session reach the lists", async ({ expect }) => {
    const { service, principal, start } = await arrange();
    const id = await start();
    expect(await service.setTags(principal, id, ["second"])).toEqual({ ok: true, value: ["second"] });
    const listed = await service.listByCursor(principal, { tags: ["second"] }, { limit: 5 });
    expect(listed).toMatchObject({ value: { total: 1, items: [{ id, tags: ["second"] }] } });
  });

  it("of an ended session change in the index", async ({ expect }) => {
    const { service, principal, start } = await arrange();
    const id = await start();
    await service.end(principal, id);
    expect(await service.setTags(principal, id, ["late"])).toEqual({ ok: true, value: ["late"] });
    expect(await service.describe(principal, id)).toMatchObject({ value: { view: { spec: { tags: ["late"] } } } });
    expect((await service.listByPage(principal, { tags: ["late"] }, { page: 1, limit: 5, order: "desc" })).total).toBe(
      1,
    );
  });
});

describe("pages and tokens", () => {
  it("come from the running session", async ({ expect }) => {
    const { service, principal, start, sessions } = await arrange();
    const id = await start();
    expect(await service.pages(principal, id)).toMatchObject({ ok: true, value: [{ id: "T1" }] });
    expect(await service.createToken(principal, id, "live_view")).toEqual({ ok: true, value: "ct_live_view" });
    expect(await service.revokeToken(principal, id, "ct_x")).toEqual({ ok: true, value: null });
    expect(sessions.revoked).toEqual(["ct_x"]);
  });
});

describe("a session that the caller does not have", () => {
  it("looks the same whether it is another account's, running or ended, or nobody's", async ({ expect }) => {
    const { service, principal, start } = await arrange();
    const { principal: stranger } = await createTenant();
    const running = await start();
    const ended = await start();
    await service.end(principal, ended);
    const unknown = "ses_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (const id of [running, ended, unknown]) {
      expect(await service.describe(stranger, id)).toEqual(missing(id));
      expect(await service.end(stranger, id)).toEqual(missing(id));
      expect(await service.pages(stranger, id)).toEqual(missing(id));
      expect(await service.setTags(stranger, id, ["mine"])).toEqual(missing(id));
      expect(await service.createToken(stranger, id, "cdp")).toEqual(missing(id));
      expect(await service.revokeToken(stranger, id, "ct_x")).toEqual(missing(id));
    }
    expect(await service.describe(principal, running)).toMatchObject({
      value: { view: { spec: { tags: ["first"] } } },
    });
    expect(await service.describe(principal, ended)).toMatchObject({ value: { view: { spec: { tags: ["first"] } } } });
  });

  for (const text of ["", "ses_", "ses_AAAAAAAAAAAAAAAAAAAAAAAAAA", "../x", "acct_aaaaaaaaaaaaaaaa", "0".repeat(500)]) {
    it(`starts no Durable Object when no session can have the id: ${text.slice(0, 40)}`, async ({ expect }) => {
      const { service, principal, sessions } = await arrange();
      expect(await service.describe(principal, text)).toEqual(missing(text));
      expect(await service.end(principal, text)).toEqual(missing(text));
      expect(await service.setTags(principal, text, [])).toEqual(missing(text));
      expect(sessions.asked).toEqual([]);
    });
  }
});

describe("a list", () => {
  it("refuses a cursor that it did not give", async ({ expect }) => {
    const { service, principal } = await arrange();
    expect(await service.listByCursor(principal, {}, { limit: 5, cursor: "nonsense" })).toMatchObject({
      ok: false,
      failure: { kind: "invalidRequest", field: "cursor" },
    });
  });
});
