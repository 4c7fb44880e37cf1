import { describe, it } from "vitest";
import type { SessionSpec } from "../../../src/domain/session-spec.ts";
import { aPool } from "../../support/worker/a-pool.ts";
import { createServiceSetup, type ServiceOptions } from "./fake-sessions.ts";
import { aRequest } from "./requests.ts";

const HOMES = { type: "residential", country: "US", region: null, city: null, sticky: false } as const;
const OWN = { type: "custom", server: "http://proxy.example:8080", username: "u", password: "p" } as const;
const ANY_PLAN = { proxyTypes: ["residential", "datacenter", "custom"] };

/** What a create with this proxy is handed over with, or why it is refused. */
async function plan(spec: Partial<SessionSpec>, options: ServiceOptions = {}) {
  const { service, principal, sessions, standing } = await createServiceSetup({ limits: ANY_PLAN, ...options });
  const request = aRequest(spec);
  const outcome = await service.create(principal, {
    ...request,
    asked: [{ feature: "proxy", field: spec.dialect === "anchor" ? "session.proxy" : "proxy" }],
  });
  const pools = sessions.created[0]?.pools.map(({ id }) => id);
  return { outcome, pools, standing: await standing(), exitCheckUrl: sessions.created[0]?.exitCheckUrl };
}

const refusal = (field: string) => ({ ok: false, failure: { kind: "unsupported", feature: "proxy", field } });

describe("the way out of a session", () => {
  it("is drawn from the pools that reach the place", async ({ expect }) => {
    const pools = [
      aPool({ id: "pool_germany", countries: ["DE"] }),
      aPool({ id: "pool_anywhere" }),
      aPool({ id: "pool_off", enabled: false }),
      aPool({ id: "pool_phones", type: "mobile" }),
    ];
    expect((await plan({ proxy: HOMES }, { pools })).pools).toEqual(["pool_anywhere"]);
    const german = await plan({ proxy: { ...HOMES, country: "DE" } }, { pools });
    expect(german.pools?.toSorted()).toEqual(["pool_anywhere", "pool_germany"]);
    expect(german.exitCheckUrl).toBe("https://berth.invalid/ip");
  });

  it("is refused by name where there is none, before anything is admitted", async ({ expect }) => {
    const nothing = { usedThisMonth: 0, active: 0 };
    const without = await plan({ proxy: HOMES }, { pools: [] });
    expect(without.outcome).toMatchObject(refusal("proxy.type"));
    expect(without.standing).toEqual(nothing);
    const pools = [aPool({ countries: ["DE"], hasCities: false })];
    expect((await plan({ proxy: HOMES }, { pools })).outcome).toMatchObject(refusal("proxy.country"));
    const anchor = await plan({ dialect: "anchor", proxy: HOMES }, { pools });
    expect(anchor.outcome).toMatchObject(refusal("session.proxy.country_code"));
    const city = await plan({ proxy: { ...HOMES, country: "DE", city: "Berlin" } }, { pools });
    expect(city.outcome).toMatchObject(refusal("proxy.city"));
  });

  it("is the engine's for a data centre, where the operator has no pool of that type", async ({ expect }) => {
    const proxy = { ...HOMES, type: "datacenter" } as const;
    expect(await plan({ proxy })).toMatchObject({ outcome: { ok: true }, pools: [] });
    const elsewhere = [aPool({ type: "datacenter", countries: ["DE"] })];
    expect((await plan({ proxy }, { pools: elsewhere })).outcome).toMatchObject(refusal("proxy.country"));
    expect((await plan({ proxy: { ...proxy, city: "Dallas" } })).outcome).toMatchObject({ ok: false });
  });
});

describe("a caller's own proxy", () => {
  it("needs no pool", async ({ expect }) => {
    expect(await plan({ proxy: OWN }, { pools: [] })).toMatchObject({ outcome: { ok: true }, pools: [] });
  });

  it.for([
    "http://127.0.0.1:8080",
    "https://localhost:443",
    "socks5://10.0.0.1:1080",
    "http://[::1]:80",
    "http://169.254.169.254:80",
    "http://metadata.google.internal:80",
  ])("must not be %s", async (server, { expect }) => {
    const failure = { kind: "invalidRequest", field: "session.proxy.server" };
    const proxy = { ...OWN, server, username: "", password: "" };
    expect((await plan({ dialect: "anchor", proxy })).outcome).toMatchObject({ ok: false, failure });
    expect((await plan({ dialect: "anchor", proxy }, { allowPrivateNetwork: true })).outcome).toMatchObject({
      ok: true,
    });
  });

  it("speaks SOCKS5 without credentials only, and is told which field is wrong", async ({ expect }) => {
    const proxy = { ...OWN, server: "socks5://proxy.example:1080" };
    const named = await plan({ dialect: "anchor", proxy });
    expect(named.outcome).toMatchObject(refusal("session.proxy.username"));
    const secret = await plan({ dialect: "anchor", proxy: { ...proxy, username: "" } });
    expect(secret.outcome).toMatchObject(refusal("session.proxy.password"));
    const open = await plan({ dialect: "anchor", proxy: { ...proxy, username: "", password: "" } });
    expect(open.outcome).toMatchObject({ ok: true });
  });
});
