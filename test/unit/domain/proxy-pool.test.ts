import { describe, it } from "vitest";
import { parseProxyHost } from "../../../src/domain/proxy-host.ts";
import type { PoolDescription } from "../../../src/domain/proxy-pool.ts";
import { choosePools, whyNoPool } from "../../../src/domain/proxy-pool.ts";
import type { PooledProxy } from "../../../src/domain/session-spec.ts";

const aPool = (id: string, changes: Partial<PoolDescription> = {}): PoolDescription => ({
  id,
  name: id,
  type: "residential",
  protocol: "http",
  host: "gate.example",
  port: 7000,
  countries: null,
  hasRegions: false,
  hasCities: false,
  sticky: false,
  microsPerGb: null,
  enabled: true,
  createdAt: 0,
  ...changes,
});

const WANTED: PooledProxy = { type: "residential", country: null, region: null, city: null, sticky: false };
const first = () => 0;
const last = (n: number) => n - 1;

function chosen(
  pools: readonly PoolDescription[],
  wanted: Partial<PooledProxy>,
  draw: (n: number) => number = first,
): string {
  return choosePools(pools, { ...WANTED, ...wanted }, draw)
    .map(({ id }) => id)
    .join("");
}

describe("the choice of pools", () => {
  const pools = [
    aPool("a"),
    aPool("b", { countries: ["DE", "US"], hasCities: true }),
    aPool("c", { enabled: false }),
    aPool("d", { type: "isp" }),
    aPool("e", { hasRegions: true, sticky: true }),
  ];

  for (const [name, wanted, ids] of [
    ["enabled ones of the type", {}, "abe"],
    ["of another type", { type: "isp" }, "d"],
    ["in a country", { country: "US" }, "abe"],
    ["in another country", { country: "FR" }, "ae"],
    ["with regions", { country: "US", region: "Texas" }, "e"],
    ["with cities", { country: "US", city: "Austin" }, "b"],
    ["sticky ones first, and the others after them", { sticky: true }, "eab"],
    ["none", { type: "gov" }, ""],
  ] as const) {
    it(`is ${name}`, ({ expect }) => {
      expect(chosen(pools, wanted)).toBe(ids);
    });
  }

  it("is in an order by chance", ({ expect }) => {
    expect(chosen(pools, {}, last)).toBe("eba");
    expect(chosen(pools, { sticky: true }, last)).toBe("eba");
  });

  for (const [field, wanted, reason] of [
    ["type", { type: "gov" }, "no gov proxies are available"],
    ["country", { type: "mobile", country: "FR" }, "no mobile proxies are available in FR"],
    ["region", { type: "mobile", region: "x" }, "mobile proxies cannot be chosen by region"],
    ["city", { type: "mobile", country: "US", city: "x" }, "mobile proxies in US cannot be chosen by city"],
    [
      "city",
      { country: "US", region: "x", city: "x" },
      "residential proxies in US cannot be chosen by region and city",
    ],
  ] as const) {
    it(`names ${field} when that leaves none: ${reason}`, ({ expect }) => {
      const all = [...pools, aPool("m", { type: "mobile", countries: ["US"] })];
      expect(chosen(all, wanted)).toBe("");
      expect(whyNoPool(all, { ...WANTED, ...wanted })).toEqual({ field, reason });
    });
  }
});

describe("a proxy's host", () => {
  for (const [written, host] of [
    ["Gate.Example.COM", "gate.example.com"],
    ["brd.superproxy.io", "brd.superproxy.io"],
    ["203.0.113.7", "203.0.113.7"],
    ["0x7f.1", "127.0.0.1"],
    ["2001:DB8::1", "[2001:db8::1]"],
    ["[2001:db8::1]", "[2001:db8::1]"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["gate.example:80", undefined],
    ["[::1]:80", undefined],
    ["http://gate.example", undefined],
    ["u@gate.example", undefined],
    ["gate.example/x", undefined],
    ["gate example", undefined],
    ["gate%2eexample", undefined],
    ["a,b", undefined],
    ["-a.example", undefined],
    ["", undefined],
    [".", undefined],
  ] as const) {
    it(`${JSON.stringify(written)} is ${host ?? "none"}`, ({ expect }) => {
      expect(parseProxyHost(written)).toBe(host);
    });
  }
});
