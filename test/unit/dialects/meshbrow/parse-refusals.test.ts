import { describe, it } from "vitest";
import { parseCreateSession } from "../../../../src/dialects/meshbrow/parse.ts";

const TYPES = "must be one of: residential, datacenter, isp, mobile";
const SECONDS = "must be an integer from 1 to 3600";
const LANGUAGE = "must be a BCP 47 language tag such as en-US";
const ZONE = "must be an IANA time zone such as America/Chicago";
const DESKTOP_CHROME = "must be that of Chrome on Windows, macOS or Linux: sessions are Chrome on a desktop";
const SIDE = "must be an integer from 1 to 7680";

const chrome = (part: string): string =>
  `Mozilla/5.0 (${part}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36`;

/** Body, field at fault, rest of the message. */
const REFUSALS: readonly (readonly [unknown, string, string])[] = [
  [{ console: "loud" }, "console", "must be one of: all, quiet, off"],
  [{ stealth: "standard", console: "off" }, "console", "requires stealth max: at other levels clients hear everything"],
  [{ proxy: { type: "tor" } }, "proxy.type", TYPES],
  [{ proxy: { type: 5 } }, "proxy.type", TYPES],
  [{ proxy: { type: null } }, "proxy.type", TYPES],
  [{ proxy: { type: "Residential" } }, "proxy.type", TYPES],
  [{ proxy: { type: "gov" } }, "proxy.type", TYPES],
  [{ proxy: {} }, "proxy.type", "is required, one of: residential, datacenter, isp, mobile"],
  [{ proxy: null }, "proxy", "must be an object"],
  [{ proxy: "residential" }, "proxy", "must be an object"],
  [{ proxy: [] }, "proxy", "must be an object"],
  [{ proxy: { type: "isp", country: "USA" } }, "proxy.country", "must be a valid ISO 3166-1 alpha-2 code"],
  [{ proxy: { type: "isp", country: "XX" } }, "proxy.country", "must be a valid ISO 3166-1 alpha-2 code"],
  [{ proxy: { type: "isp", country: "" } }, "proxy.country", "must be a valid ISO 3166-1 alpha-2 code"],
  [{ proxy: { type: "isp", country: 1 } }, "proxy.country", "must be a string"],
  [{ proxy: { type: "isp", region: "moon" } }, "proxy.region", "must be one of: us, eu, asia, latam"],
  [{ proxy: { type: "isp", city: "Dallas" } }, "proxy.city", "requires proxy.country"],
  [{ proxy: { type: "isp", country: "US", city: "" } }, "proxy.city", "must not be empty"],
  [
    { proxy: { type: "isp", country: "US", city: "a".repeat(101) } },
    "proxy.city",
    "must be at most 100 characters long",
  ],
  [
    { proxy: { type: "isp", country: "US", city: "a\u0000b" } },
    "proxy.city",
    "must not contain control characters or broken Unicode",
  ],
  [
    { proxy: { type: "isp", country: "US", city: "\ud800" } },
    "proxy.city",
    "must not contain control characters or broken Unicode",
  ],
  [{ proxy: { type: "isp", sticky: "yes" } }, "proxy.sticky", "must be true or false"],
  [{ proxy: { type: "isp", port: 1 } }, "proxy.port", "is not a known field"],
  [{ stealth: "foo" }, "stealth", "must be one of: none, standard, max"],
  [{ stealth: true }, "stealth", "must be one of: none, standard, max"],
  [{ stealth: null }, "stealth", "must be one of: none, standard, max"],
  [{ fingerprint: "manual" }, "fingerprint", 'must be "auto" or an object'],
  [{ fingerprint: null }, "fingerprint", 'must be "auto" or an object'],
  [{ fingerprint: [] }, "fingerprint", 'must be "auto" or an object'],
  [{ fingerprint: { platform: "Amiga" } }, "fingerprint.platform", "must be one of: Win32, MacIntel, Linux x86_64"],
  [{ fingerprint: { userAgent: "" } }, "fingerprint.userAgent", "must not be empty"],
  [{ fingerprint: { userAgent: "a".repeat(513) } }, "fingerprint.userAgent", "must be at most 512 characters long"],
  [{ fingerprint: { user_agent: 1 } }, "fingerprint.user_agent", "must be a string"],
  [{ fingerprint: { userAgent: "Mozilla/5.0 (Macintosh)" } }, "fingerprint.userAgent", DESKTOP_CHROME],
  [
    { fingerprint: { userAgent: `${chrome("Windows NT 10.0; Win64; x64")} Edg/147.0.0.0` } },
    "fingerprint.userAgent",
    DESKTOP_CHROME,
  ],
  [{ fingerprint: { userAgent: chrome("X11; CrOS x86_64 14541.0.0") } }, "fingerprint.userAgent", DESKTOP_CHROME],
  [{ fingerprint: { userAgent: chrome("Linux; Android 10; K") } }, "fingerprint.userAgent", DESKTOP_CHROME],
  [
    { fingerprint: { userAgent: chrome("X11; Linux x86_64").replace(" Chrome", " HeadlessChrome") } },
    "fingerprint.userAgent",
    DESKTOP_CHROME,
  ],
  [
    { fingerprint: { userAgent: chrome("X11; Linux x86_64").replace(" Safari", " Mobile Safari") } },
    "fingerprint.userAgent",
    DESKTOP_CHROME,
  ],
  [
    { fingerprint: { userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" } },
    "fingerprint.userAgent",
    DESKTOP_CHROME,
  ],
  [{ fingerprint: { user_agent: "curl/8.0" } }, "fingerprint.user_agent", DESKTOP_CHROME],
  [
    { fingerprint: { platform: "MacIntel", userAgent: chrome("Windows NT 10.0; Win64; x64") } },
    "fingerprint.userAgent",
    "is of Windows and contradicts fingerprint.platform, MacIntel",
  ],
  [
    { fingerprint: { platform: "Win32", user_agent: chrome("X11; Linux x86_64") } },
    "fingerprint.user_agent",
    "is of Linux and contradicts fingerprint.platform, Win32",
  ],
  [{ fingerprint: { locale: "not a locale" } }, "fingerprint.locale", LANGUAGE],
  [{ fingerprint: { timezone: "Mars/Olympus" } }, "fingerprint.timezone", ZONE],
  [{ fingerprint: { timezone: "+01:00" } }, "fingerprint.timezone", ZONE],
  [{ fingerprint: { viewport: {} } }, "fingerprint.viewport.width", SIDE],
  [{ fingerprint: { viewport: { width: 0, height: 1 } } }, "fingerprint.viewport.width", SIDE],
  [{ fingerprint: { viewport: { width: 1, height: 7681 } } }, "fingerprint.viewport.height", SIDE],
  [{ fingerprint: { webgl: {} } }, "fingerprint.webgl", "is not a known field"],
  [{ viewport: { width: 1.5, height: 1 } }, "viewport.width", SIDE],
  [{ profileId: "" }, "profileId", "must not be empty"],
  [{ profileId: "a".repeat(129) }, "profileId", "must be at most 128 characters long"],
  [{ timeout: 0 }, "timeout", SECONDS],
  [{ timeout: -1 }, "timeout", SECONDS],
  [{ timeout: 3601 }, "timeout", SECONDS],
  [{ timeout: 0.5 }, "timeout", SECONDS],
  [{ timeout: Number.POSITIVE_INFINITY }, "timeout", SECONDS],
  [{ timeout: Number.NaN }, "timeout", SECONDS],
  [{ timeout: "1800" }, "timeout", SECONDS],
  [{ timeout: null }, "timeout", SECONDS],
  [{ recording: true }, "recording", "must be an object"],
  [{ recording: { har: 1 } }, "recording.har", "must be true or false"],
  [{ recording: { audio: true } }, "recording.audio", "is not a known field"],
  [{ unknown: 1 }, "unknown", "is not a known field"],
];

describe("a wrong Meshbrow create request", () => {
  it.for(REFUSALS)("%j is refused naming %s", ([body, field, predicate], { expect }) => {
    expect(parseCreateSession(body)).toEqual({
      ok: false,
      failure: { kind: "invalidRequest", field, message: `${field} ${predicate}` },
    });
  });

  it.for([[null], [[]], ["text"], [5], [true]])("a body of %j is refused as a whole", ([body], { expect }) => {
    const message = "request body must be an object";
    expect(parseCreateSession(body)).toEqual({ ok: false, failure: { kind: "invalidRequest", message } });
  });

  it("reports the first mistake in the order of the document", ({ expect }) => {
    const timeoutFirst = parseCreateSession({ timeout: 0, stealth: "foo", proxy: { type: "tor" } });
    const proxyFirst = parseCreateSession({ proxy: { nonsense: 1, type: "tor" }, stealth: "foo", timeout: 0 });
    expect(timeoutFirst).toMatchObject({ failure: { field: "timeout" } });
    expect(proxyFirst).toMatchObject({ failure: { field: "proxy.nonsense" } });
  });

  it("shortens the name of a hostile field", ({ expect }) => {
    const parsed = parseCreateSession({ ["x".repeat(100_000)]: 1 });
    expect(JSON.stringify(parsed).length).toBeLessThan(500);
  });
});
