import { describe, it } from "vitest";
import { renderFailure } from "../../../../src/dialects/anchor/failures.ts";
import { parseCreateSession } from "../../../../src/dialects/anchor/parse.ts";
import documentedError from "../golden/anchor-captcha-error.json";

const ON = { active: true };
const OFF = { active: false };
const MINUTES = "must be an integer from 1 to 525600, or -1 for no limit";
const SIDE = "must be an integer from 1 to 7680";
const SERVER = "must be PROTOCOL://HOST:PORT with http, https or socks5 and without credentials";
const URL_RULE = "must be an http or https URL without credentials";
const TYPES = "must be one of: anchor_proxy, anchor_residential, anchor_mobile, anchor_gov, custom";
const LINE = "must not contain control characters or broken Unicode";
const NOT_HERE = "is not supported by this deployment";
const ID = "550e8400-e29b-41d4-a716-446655440000";

const session = (value: unknown) => ({ session: value });
const browser = (value: unknown) => ({ browser: value });
const proxy = (value: object) => session({ proxy: { active: true, ...value } });
const custom = (value: object) =>
  proxy({ type: "custom", server: "http://h:1", username: "u", password: "p", ...value });
const timeout = (value: object) => session({ timeout: value });
const integration = (value: object) => ({ integrations: [{ id: ID, type: "1PASSWORD", ...value }] });
const specific = (secrets: unknown) => integration({ configuration: { load_mode: "specific", secrets } });
const country = (type: string) => `must be a lowercase ISO 3166-1 alpha-2 code that ${type} supports`;

type Refusal = readonly [unknown, string, string];

const SESSION_REFUSALS: readonly Refusal[] = [
  [session("x"), "session", "must be an object"],
  [session({ initial_url: "example.com" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "file:///etc/passwd" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "chrome://version" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "javascript:alert(1)" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "data:text/html,x" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "https://user:secret@example.com/" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "https://" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "https:example.com" }), "session.initial_url", URL_RULE],
  [session({ initial_url: "" }), "session.initial_url", URL_RULE],
  [session({ initial_url: 5 }), "session.initial_url", "must be a string"],
  [
    session({ initial_url: `https://x/${"a".repeat(8192)}` }),
    "session.initial_url",
    "must be at most 8192 characters long",
  ],
  [session({ recording: { active: "yes" } }), "session.recording.active", "must be true or false"],
  [session({ tags: "a" }), "session.tags", "must be an array"],
  [session({ tags: [""] }), "session.tags.0", "must not be empty"],
  [session({ tags: ["a", "b".repeat(129)] }), "session.tags.1", "must be at most 128 characters long"],
  [session({ tags: Array.from({ length: 51 }, String) }), "session.tags", "must have at most 50 items"],
  [session({ tags: [null] }), "session.tags.0", "must be a string"],
  [timeout({ max_duration: 0 }), "session.timeout.max_duration", MINUTES],
  [timeout({ max_duration: -2 }), "session.timeout.max_duration", MINUTES],
  [timeout({ max_duration: 1.5 }), "session.timeout.max_duration", MINUTES],
  [timeout({ max_duration: "20" }), "session.timeout.max_duration", MINUTES],
  [timeout({ max_duration: 525_601 }), "session.timeout.max_duration", MINUTES],
  [timeout({ idle_timeout: 0 }), "session.timeout.idle_timeout", MINUTES],
  [session({ live_view: { read_only: 1 } }), "session.live_view.read_only", "must be true or false"],
];

const PROXY_REFUSALS: readonly Refusal[] = [
  [session({ proxy: {} }), "session.proxy.active", "is required"],
  [session({ proxy: { active: null } }), "session.proxy.active", "is required"],
  [session({ proxy: [] }), "session.proxy", "must be an object"],
  [proxy({ type: "residential" }), "session.proxy.type", TYPES],
  [proxy({ country_code: "gb" }), "session.proxy.country_code", country("anchor_proxy")],
  [proxy({ country_code: "US" }), "session.proxy.country_code", country("anchor_proxy")],
  [proxy({ type: "anchor_gov", country_code: "gb" }), "session.proxy.country_code", country("anchor_gov")],
  [proxy({ type: "anchor_mobile", country_code: "ad" }), "session.proxy.country_code", country("anchor_mobile")],
  [
    proxy({ type: "anchor_residential", country_code: "ae" }),
    "session.proxy.country_code",
    country("anchor_residential"),
  ],
  [proxy({ city: "Austin" }), "session.proxy.city", "requires session.proxy.region"],
  [
    proxy({ type: "anchor_residential", region: "tx", city: "Austin" }),
    "session.proxy.city",
    "is supported for anchor_proxy only",
  ],
  [proxy({ region: "x".repeat(101) }), "session.proxy.region", "must be at most 100 characters long"],
  [proxy({ type: "custom" }), "session.proxy.server", "is required"],
  [custom({ username: undefined }), "session.proxy.username", "is required"],
  [custom({ password: undefined }), "session.proxy.password", "is required"],
  [custom({ username: "a\r\nb" }), "session.proxy.username", LINE],
  [custom({ password: "a\u0000" }), "session.proxy.password", LINE],
  [custom({ password: "a".repeat(257) }), "session.proxy.password", "must be at most 256 characters long"],
  [custom({ server: "proxy.example.com:8080" }), "session.proxy.server", SERVER],
  [custom({ server: "ftp://h:1" }), "session.proxy.server", SERVER],
  [custom({ server: "http://h" }), "session.proxy.server", SERVER],
  [custom({ server: "http://h:0" }), "session.proxy.server", SERVER],
  [custom({ server: "http://h:65536" }), "session.proxy.server", SERVER],
  [custom({ server: "http://u:p@h:1" }), "session.proxy.server", SERVER],
  [custom({ server: "http://h:1/path" }), "session.proxy.server", SERVER],
  [custom({ server: "http://h:1?x" }), "session.proxy.server", SERVER],
  [custom({ server: "http://h h:1" }), "session.proxy.server", SERVER],
];

const BROWSER_REFUSALS: readonly Refusal[] = [
  [browser([]), "browser", "must be an object"],
  [browser({ adblock: true }), "browser.adblock", "must be an object"],
  [browser({ headless: { active: 0 } }), "browser.headless.active", "must be true or false"],
  [browser({ popup_blocker: ON, adblock: OFF }), "browser.popup_blocker.active", "requires browser.adblock.active"],
  [browser({ viewport: { width: 0 } }), "browser.viewport.width", SIDE],
  [browser({ viewport: { height: -1 } }), "browser.viewport.height", SIDE],
  [browser({ viewport: { width: 1.5 } }), "browser.viewport.width", SIDE],
  [browser({ viewport: { width: 7681 } }), "browser.viewport.width", SIDE],
  [browser({ profile: { name: "" } }), "browser.profile.name", "must not be empty"],
  [browser({ profile: { name: "x".repeat(256) } }), "browser.profile.name", "must be at most 255 characters long"],
  [browser({ profile: { persist: true } }), "browser.profile.name", "is required to persist a profile"],
  [browser({ extensions: ["x"] }), "browser.extensions.0", "must be a UUID"],
  [browser({ extensions: ID }), "browser.extensions", "must be an array"],
];

const INTEGRATION_REFUSALS: readonly Refusal[] = [
  [{ integrations: {} }, "integrations", "must be an array"],
  [{ integrations: [null] }, "integrations.0", "must be an object"],
  [{ integrations: [{}] }, "integrations.0.id", "is required"],
  [{ integrations: [{ id: "1", type: "1PASSWORD" }] }, "integrations.0.id", "must be a UUID"],
  [
    integration({ type: "BITWARDEN", configuration: { load_mode: "all" } }),
    "integrations.0.type",
    "must be one of: 1PASSWORD",
  ],
  [integration({}), "integrations.0.configuration", "is required"],
  [integration({ configuration: {} }), "integrations.0.configuration.load_mode", "is required, one of: all, specific"],
  [
    integration({ configuration: { load_mode: "some" } }),
    "integrations.0.configuration.load_mode",
    "must be one of: all, specific",
  ],
  [specific(undefined), "integrations.0.configuration.secrets", "is required"],
  [specific([]), "integrations.0.configuration.secrets", "must not be empty"],
  [specific(["vault/item"]), "integrations.0.configuration.secrets.0", "must be op://vault/item/field"],
  [specific(["op://vault/item"]), "integrations.0.configuration.secrets.0", "must be op://vault/item/field"],
];

const NEWER_REFUSALS: readonly Refusal[] = [
  [session({ live_view: { one_time_url: true } }), "session.live_view.one_time_url", NOT_HERE],
  [session({ scoped_access: ON }), "session.scoped_access.active", NOT_HERE],
  [browser({ web_bot_auth: ON }), "browser.web_bot_auth.active", NOT_HERE],
  [browser({ sensitive_data_mask: ON }), "browser.sensitive_data_mask.active", NOT_HERE],
  [browser({ tracing: { snapshots: true } }), "browser.tracing.snapshots", NOT_HERE],
  [{ identities: [{ id: ID }] }, "identities", NOT_HERE],
];

describe("a wrong Anchor create request", () => {
  it.for([...SESSION_REFUSALS, ...PROXY_REFUSALS, ...BROWSER_REFUSALS, ...INTEGRATION_REFUSALS, ...NEWER_REFUSALS])(
    "%j is refused naming %s",
    ([body, field, predicate], { expect }) => {
      expect(parseCreateSession(body)).toEqual({
        ok: false,
        failure: { kind: "invalidRequest", field, message: `${field} ${predicate}` },
      });
    },
  );

  it.for([
    browser({ captcha_solver: ON }),
    { ...session({ proxy: { active: false } }), ...browser({ captcha_solver: ON }) },
  ])("%j gets the published error, word for word", (body, { expect }) => {
    const parsed = parseCreateSession(body);
    if (parsed.ok) throw new Error("accepted");
    expect(renderFailure(parsed.failure)).toEqual({ status: 400, body: documentedError });
  });

  it("reports the first mistake in the order of the document", ({ expect }) => {
    const wrongBrowser = { viewport: { height: 0, width: 0 } };
    const browserFirst = parseCreateSession({ browser: wrongBrowser, session: { tags: 1 } });
    const sessionFirst = parseCreateSession({ session: { tags: 1 }, browser: wrongBrowser });
    expect(browserFirst).toMatchObject({ failure: { field: "browser.viewport.height" } });
    expect(sessionFirst).toMatchObject({ failure: { field: "session.tags" } });
  });

  it("never repeats a password", ({ expect }) => {
    const secret = "hunter2\u0000";
    const message = JSON.stringify(parseCreateSession(custom({ password: secret, server: `http://u:${secret}@h:1` })));
    expect(message).not.toContain("hunter2");
  });
});
