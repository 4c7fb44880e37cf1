import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { encodeCursor } from "../../../src/accounts/session-cursor.ts";
import { createSessionIndex } from "../../../src/accounts/session-index.ts";
import type { SessionQuery } from "../../../src/accounts/session-lists.ts";
import type { Admission } from "../../../src/accounts/session-admission.ts";
import type { SessionId } from "../../../src/domain/ids.ts";
import { toBase64Url } from "../../../src/domain/ids.ts";
import type { SessionSummary } from "../../../src/domain/session-view.ts";
import { anAdmission, createTenant, FakeClock, NOON } from "./tenant.ts";

const index = createSessionIndex({ database: env.DB });

async function arrange() {
  const clock = new FakeClock(NOON);
  const { principal } = await createTenant({ concurrentSessions: 100, monthlySessions: 1000 }, clock);
  const { accountId } = principal;
  /** Admits one session and answers its id. */
  const add = async (changes: Partial<Admission> = {}): Promise<SessionId> => {
    const admission = anAdmission(clock, changes);
    await index.admit(principal, admission);
    return admission.id;
  };
  const addMany = (count: number) => Promise.all(Array.from({ length: count }, () => add()));
  const end = (id: SessionId, status: "destroyed" | "failed" = "destroyed") => {
    const endReason = status === "failed" ? "crashed" : "requested";
    return index.recordEnd({
      id,
      status,
      endReason,
      endedAt: clock.now(),
      browserMs: 0,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund: false,
      finalView: null,
    });
  };
  const search = async (query: SessionQuery) => {
    const { items, total } = await index.listByPage(accountId, query, { page: 1, limit: 50, order: "asc" });
    return { ids: items.map(({ id }) => id), total };
  };
  return { clock, principal, accountId, add, addMany, end, search };
}

const idsOf = (items: readonly SessionSummary[]) => items.map(({ id }) => id);

describe("a list by cursor", () => {
  it("gives every session once, newest first, also when all were created at the same time", async ({ expect }) => {
    const { clock, accountId, addMany } = await arrange();
    const old = await addMany(4);
    clock.advance(1);
    const recent = await addMany(3);
    const expected = [...recent.toSorted().toReversed(), ...old.toSorted().toReversed()];
    const seen: SessionId[] = [];
    const totals: number[] = [];
    let cursor: string | null = null;
    do {
      const page = await index.listByCursor(accountId, {}, { limit: 2, ...(cursor !== null && { cursor }) });
      if (!page.ok) throw new Error(page.failure.kind);
      seen.push(...idsOf(page.value.items));
      totals.push(page.value.total);
      cursor = page.value.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(expected);
    expect(totals).toEqual([7, 7, 7, 7]);
  });

  it("keeps its place when sessions are created meanwhile", async ({ expect }) => {
    const { clock, accountId, addMany, add } = await arrange();
    const old = await addMany(4);
    const first = await index.listByCursor(accountId, {}, { limit: 2 });
    if (!first.ok || first.value.nextCursor === null) throw new Error("no second page");
    clock.advance(1);
    await add();
    const second = await index.listByCursor(accountId, {}, { limit: 2, cursor: first.value.nextCursor });
    expect(second.ok && [...idsOf(first.value.items), ...idsOf(second.value.items)]).toEqual(
      old.toSorted().toReversed(),
    );
  });

  it("has no next page when the last one is just full", async ({ expect }) => {
    const { accountId, addMany } = await arrange();
    await addMany(2);
    expect(await index.listByCursor(accountId, {}, { limit: 2 })).toMatchObject({ value: { nextCursor: null } });
  });

  const bytes = (text: string) => toBase64Url(new TextEncoder().encode(text));
  for (const cursor of [
    "",
    "x",
    "%%%",
    bytes("no dot"),
    bytes("1e3.id"),
    bytes("-1.id"),
    bytes(`5.${"x".repeat(65)}`),
  ]) {
    it(`refuses a cursor that no list gives: ${JSON.stringify(cursor)}`, async ({ expect }) => {
      const { accountId } = await arrange();
      const refused = await index.listByCursor(accountId, {}, { limit: 2, cursor });
      expect(refused).toMatchObject({ ok: false, failure: { kind: "invalidRequest", field: "cursor" } });
    });
  }

  it("gives another account's cursor no power", async ({ expect }) => {
    const { accountId, add, clock } = await arrange();
    const other = await arrange();
    const id = await other.add();
    await add();
    const cursor = encodeCursor({ createdAt: clock.now() + 1, id });
    const page = await index.listByCursor(accountId, {}, { limit: 9, cursor });
    expect(page).toMatchObject({ value: { total: 1 } });
    expect(page.ok && idsOf(page.value.items)).not.toContain(id);
  });
});

describe("a list by page", () => {
  it("numbers pages from 1 in both orders", async ({ expect }) => {
    const { accountId, addMany } = await arrange();
    const ids = (await addMany(5)).toSorted();
    const list = (page: number, order: "asc" | "desc") => index.listByPage(accountId, {}, { page, limit: 2, order });
    expect(idsOf((await list(1, "asc")).items)).toEqual(ids.slice(0, 2));
    expect(idsOf((await list(3, "asc")).items)).toEqual(ids.slice(4));
    expect(idsOf((await list(1, "desc")).items)).toEqual(ids.toReversed().slice(0, 2));
    expect(await list(4, "asc")).toEqual({ items: [], total: 5 });
  });

  it("shows what the session was admitted with", async ({ expect }) => {
    const { clock, accountId, add } = await arrange();
    const id = await add({ tags: ["a"], proxyType: "isp", proxyCountry: "DE", headless: false, recording: true });
    const { items } = await index.listByPage(accountId, {}, { page: 1, limit: 2, order: "asc" });
    expect(items).toEqual([
      {
        id,
        status: "launching",
        endReason: null,
        createdAt: clock.now(),
        expiresAt: clock.now() + 1_800_000,
        endedAt: null,
        tags: ["a"],
        proxyType: "isp",
        proxyCountry: "DE",
        headless: false,
        recording: true,
        apiKeyName: "first key",
      },
    ]);
  });
});

describe("a filter", () => {
  it("selects by status", async ({ expect }) => {
    const { add, end, search } = await arrange();
    const [running, destroyed, failed] = [await add(), await add(), await add()];
    await end(destroyed);
    await end(failed, "failed");
    expect(await search({ statuses: ["launching", "ready"] })).toEqual({ ids: [running], total: 1 });
    expect(await search({ statuses: ["failed"] })).toEqual({ ids: [failed], total: 1 });
    expect((await search({ statuses: ["launching", "destroyed"] })).total).toBe(2);
    expect((await search({ statuses: [] })).total).toBe(0);
  });

  it("selects sessions that carry all of the tags", async ({ expect }) => {
    const { add, search } = await arrange();
    const both = await add({ tags: ["a", "b'\"%"] });
    await add({ tags: ["a"] });
    await add();
    expect(await search({ tags: ["b'\"%", "a"] })).toEqual({ ids: [both], total: 1 });
    expect((await search({ tags: ["a"] })).total).toBe(2);
    expect((await search({ tags: [] })).total).toBe(3);
  });

  it("selects by time of creation, both ends included", async ({ expect }) => {
    const { clock, add, search } = await arrange();
    const at = clock.now();
    await add({ createdAt: at - 1 });
    const inside = [await add({ createdAt: at }), await add({ createdAt: at + 1 })];
    await add({ createdAt: at + 2 });
    expect(await search({ createdFrom: at, createdTo: at + 1 })).toEqual({ ids: inside, total: 2 });
  });

  it("searches ids and tags for a substring, in any case and without wildcards", async ({ expect }) => {
    const { add, search } = await arrange();
    const id = await add({ tags: ["Invoice run"] });
    await add({ tags: ["other"] });
    expect(await search({ search: "VOICE" })).toEqual({ ids: [id], total: 1 });
    expect(await search({ search: id.slice(4).toUpperCase() })).toEqual({ ids: [id], total: 1 });
    expect((await search({ search: "%" })).total).toBe(0);
    expect((await search({ search: "_nvoice" })).total).toBe(0);
  });

  it("selects by type of proxy", async ({ expect }) => {
    const { add, search } = await arrange();
    const id = await add({ proxyType: "mobile" });
    await add();
    expect(await search({ proxyType: "mobile" })).toEqual({ ids: [id], total: 1 });
  });

  it("selects sessions with any proxy, or with none", async ({ expect }) => {
    const { add, search } = await arrange();
    const [proxied, direct] = [await add({ proxyType: "mobile" }), await add({ proxyType: null })];
    expect(await search({ hasProxy: true })).toEqual({ ids: [proxied], total: 1 });
    expect(await search({ hasProxy: false })).toEqual({ ids: [direct], total: 1 });
  });

  it("never reaches another account", async ({ expect }) => {
    const { search } = await arrange();
    const other = await arrange();
    const id = await other.add({ tags: ["theirs"] });
    expect(await search({ search: id })).toEqual({ ids: [], total: 0 });
    expect(await search({ tags: ["theirs"] })).toEqual({ ids: [], total: 0 });
  });
});

describe("tags", () => {
  it("are replaced, in the final view too", async ({ expect }) => {
    const { clock, accountId, add } = await arrange();
    const id = await add({ tags: ["old"] });
    await index.recordEnd({
      id,
      status: "destroyed",
      endReason: "requested",
      endedAt: clock.now(),
      browserMs: 0,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund: false,
      finalView: { id, spec: { tags: ["old"], stealth: "none" } } as never,
    });
    expect(await index.setTags(accountId, id, ["new", 'it\'s "x"'])).toBe(true);
    expect(await index.find(accountId, id)).toMatchObject({
      summary: { tags: ["new", 'it\'s "x"'] },
      view: { id, spec: { tags: ["new", 'it\'s "x"'], stealth: "none" } },
    });
  });

  it("are replaced while there is no final view", async ({ expect }) => {
    const { accountId, add } = await arrange();
    const id = await add({ tags: ["old"] });
    expect(await index.setTags(accountId, id, [])).toBe(true);
    expect(await index.find(accountId, id)).toMatchObject({ summary: { tags: [] }, view: { spec: { tags: [] } } });
  });

  it("of another account's session stay as they are", async ({ expect }) => {
    const { accountId } = await arrange();
    const other = await arrange();
    const id = await other.add({ tags: ["theirs"] });
    expect(await index.setTags(accountId, id, ["mine"])).toBe(false);
    expect((await index.find(other.accountId, id))?.summary.tags).toEqual(["theirs"]);
    expect(await index.find(accountId, id)).toBeUndefined();
  });
});

describe("the reaper's list", () => {
  it("holds unended sessions older than an instant, oldest first, page by page", async ({ expect }) => {
    const { accountId, add, end } = await arrange();
    const at = Date.parse("2001-01-01T00:00:00Z");
    const second = await add({ createdAt: at - 1 });
    const first = await add({ createdAt: at - 2, expiresAt: null });
    await end(await add({ createdAt: at - 3 }));
    await add({ createdAt: at });
    const page = await index.unendedOlderThan(at, 1);
    expect(page).toEqual([{ id: first, accountId, status: "launching", createdAt: at - 2, expiresAt: null }]);
    const next = await index.unendedOlderThan(at, 5, page[0]);
    expect(next.map(({ id }) => id)).toEqual([second]);
  });
});

describe("today's count", () => {
  it("counts admissions since an instant, without refunded ones", async ({ expect }) => {
    const { clock, accountId, add } = await arrange();
    const at = clock.now();
    await add({ createdAt: at - 1 });
    await add({ createdAt: at });
    const refunded = await add({ createdAt: at });
    const end = { id: refunded, status: "failed", endReason: "launch_failed", endedAt: at } as const;
    await index.recordEnd({
      ...end,
      browserMs: 0,
      proxyBytes: 0,
      proxyCostMicros: 0,
      browserId: null,
      refund: true,
      finalView: null,
    });
    expect(await index.countSince(accountId, at)).toBe(1);
  });
});
