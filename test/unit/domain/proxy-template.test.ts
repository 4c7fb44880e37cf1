import { describe, it } from "vitest";
import type { ProxyTarget } from "../../../src/domain/proxy-pool.ts";
import { isSticky, renderUpstream, templateProblem } from "../../../src/domain/proxy-pool.ts";

const ANYWHERE: ProxyTarget = { country: null, region: null, city: null, session: null, lifetimeMinutes: null };
const NEW_YORK: ProxyTarget = {
  country: "US",
  region: "New York",
  city: "New York",
  session: "k3j2h5ab",
  lifetimeMinutes: 30,
};

function render(username: string, target: Partial<ProxyTarget> = {}, password = "secret") {
  const pool = { protocol: "http", host: "gate.example", port: 7000, username, password } as const;
  return renderUpstream(pool, { ...ANYWHERE, ...target }).credentials;
}

/** [vendor, user name, password, for New York, for anywhere] */
const VENDORS = [
  [
    "Bright Data",
    "brd-customer-hl_1-zone-resi[-country-{country}][-state-{region}][-city-{city}][-session-{session}]",
    "secret",
    "brd-customer-hl_1-zone-resi-country-us-state-newyork-city-newyork-session-k3j2h5ab:secret",
    "brd-customer-hl_1-zone-resi:secret",
  ],
  [
    "Oxylabs",
    "customer-acme[-cc-{COUNTRY}][-st-{country}_{region:_}][-city-{city:_}][-sessid-{session}][-sesstime-{lifetime}]",
    "secret",
    "customer-acme-cc-US-st-us_new_york-city-new_york-sessid-k3j2h5ab-sesstime-30:secret",
    "customer-acme:secret",
  ],
  [
    "Decodo",
    "user-acme[-country-{country}][-city-{city:_}][-session-{session}-sessionduration-{lifetime}]",
    "secret",
    "user-acme-country-us-city-new_york-session-k3j2h5ab-sessionduration-30:secret",
    "user-acme:secret",
  ],
  [
    "IPRoyal",
    "acme",
    "secret[_country-{country}][_state-{region}][_city-{city}][_session-{session}][_lifetime-{lifetime}m]",
    "acme:secret_country-us_state-newyork_city-newyork_session-k3j2h5ab_lifetime-30m",
    "acme:secret",
  ],
] as const;

describe("a template", () => {
  for (const [vendor, username, password, there, anywhere] of VENDORS) {
    it(`writes what ${vendor} takes`, ({ expect }) => {
      const joined = (target: ProxyTarget) => Object.values(render(username, target, password) ?? {}).join(":");
      expect([templateProblem(username), templateProblem(password)]).toEqual([undefined, undefined]);
      expect(joined(NEW_YORK)).toBe(there);
      expect(joined(ANYWHERE)).toBe(anywhere);
    });
  }

  for (const [template, text] of [
    ["a-{city}", "a-newyork"],
    ["a-{CITY:+}", "a-NEW+YORK"],
    ["a-{city:-}", "a-new-york"],
    ["[[{{city}}]]{{{city}}}", "[{city}]{newyork}"],
    ["[a{city}]]]b", "anewyork]b"],
    ["a-{country}-b[-{city}-{country}]", "a--b"],
  ] as const) {
    it(`${template} becomes ${text}`, ({ expect }) => {
      expect(templateProblem(template)).toBeUndefined();
      expect(render(template, { city: " New  York " })?.username).toBe(text);
    });
  }

  for (const [city, text] of [
    ["x:@/\\\u0000\r\ny", "u-city-xy-end"],
    ["paris-session-mine", "u-city-parissessionmine-end"],
    ["a_lifetime-7d", "u-city-alifetime7d-end"],
    ["{country}[x]", "u-city-countryx-end"],
    ["Zürich", "u-city-zürich-end"],
    ["-:-", "u-end"],
  ] as const) {
    it(`keeps ${JSON.stringify(city)} in its place`, ({ expect }) => {
      expect(render("u[-city-{city}]-end", { city })?.username).toBe(text);
    });
  }

  for (const [template, problem] of [
    ["a[-{city}", "has a [ without its ]"],
    ["a-{city}]", "has a ] without its ["],
    ["a[-{city}[-{country}]]", "has brackets within brackets"],
    ["a[b]", "has brackets without a placeholder"],
    ["a{city", "has a { that belongs to no placeholder"],
    ["a}", "has a } that belongs to no placeholder"],
    ["a{town}", "has an unknown placeholder {town}"],
    ["a{session:_}", "has an unknown placeholder {session:_}"],
    ["a{city:x}", "has an unknown placeholder {city:x}"],
    ["a{City}", "has an unknown placeholder {City}"],
    ["a\u0007", "must not contain control characters"],
  ] as const) {
    it(`${JSON.stringify(template)} ${problem}`, ({ expect }) => {
      expect(templateProblem(template)).toContain(problem);
    });
  }

  it("does not show what is between stray braces of a password", ({ expect }) => {
    expect(templateProblem("p{4ss-w0rd}")).not.toContain("4ss");
  });
});

describe("an upstream proxy", () => {
  it("has the gateway's address, and no credentials when there is no user name", ({ expect }) => {
    const pool = { protocol: "socks5", host: "[2001:db8::1]", port: 1080, username: "", password: "" } as const;
    expect(renderUpstream(pool, NEW_YORK)).toEqual({ server: "socks5://[2001:db8::1]:1080", credentials: null });
  });

  it("hears of a lifetime only with a session", ({ expect }) => {
    expect(render("u[-time-{lifetime}]", { lifetimeMinutes: 5 })?.username).toBe("u");
  });

  it("can be kept when user name or password names a session", ({ expect }) => {
    expect(isSticky({ username: "u", password: "p[-{session}]" })).toBe(true);
    expect(isSticky({ username: "u-{SESSION}", password: "p" })).toBe(true);
    expect(isSticky({ username: "u-{{session}}", password: "p" })).toBe(false);
  });
});
