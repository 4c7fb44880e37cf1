import { all, type Check, checksOf, type Row } from "./row.ts";
import { at, idOf, mustBe, type World } from "./world.ts";

const { shows, isByDefault, refuses, takes } = checksOf("anchor");

const ON = { active: true };
const OFF = { active: false };
const session = <Value extends object>(value: Value) => ({ session: value });
const browser = (value: object) => ({ browser: value });
const proxied = <Value extends object>(value: Value) => session({ proxy: { active: true, ...value } });
const inSession = (path: string): string => `data.configuration.session.${path}`;
const inBrowser = (path: string): string => `data.configuration.browser.${path}`;
const BOOLEAN = "must be true or false";
const ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a";

const custom = (world: World) => proxied({ type: "custom", server: world.proxyServer, username: "u", password: "p" });
const secrets = (world: World, configuration: object) => ({
  integrations: [{ id: world.integrationId, type: "1PASSWORD", configuration }],
});

/** `browser.<name>.active`, which shows what it is switched to. */
const toggle = (name: string, byDefault: boolean): Row => ({
  field: `browser.${name}.active`,
  byDefault: isByDefault(inBrowser(`${name}.active`), byDefault),
  rule: shows(browser({ [name]: { active: !byDefault } }), inBrowser(`${name}.active`), !byDefault),
  error: refuses(browser({ [name]: { active: "yes" } }), 400, `browser.${name}.active ${BOOLEAN}`),
});

async function answersAsPublished(world: World): Promise<void> {
  const { status, body } = await world.create("anchor");
  const id = idOf(body) ?? "";
  await world.api.destroy(id);
  mustBe("status", status, 200);
  mustBe("data", Object.keys((body as { data: object }).data).toSorted(), ["cdp_url", "id", "live_view_url"]);
  mustBe("data.id", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id), true);
  mustBe("data.cdp_url", /^wss?:\/\//.test(String(at(body, "data.cdp_url"))), true);
  mustBe("data.live_view_url", /^https?:\/\//.test(String(at(body, "data.live_view_url"))), true);
}

async function refusesKey(world: World): Promise<void> {
  const answer = await fetch(new URL("/v1/sessions", world.api.url), {
    method: "POST",
    headers: { "anchor-api-key": "wrong" },
  });
  mustBe("answer", [answer.status, at(await answer.json(), "error.code")], [401, 401]);
}

async function refusesSpent(world: World): Promise<void> {
  const api = await world.spent();
  const answer = await api.call("anchor", "/v1/sessions", { method: "POST" });
  mustBe("answer", [answer.status, at(answer.body, "error.code")], [402, 402]);
}

async function namesExtension(world: World): Promise<void> {
  const extensions = [world.extensionId];
  await shows(browser({ extensions }), inBrowser("extensions"), extensions)(world);
}

const PROFILE = { name: `conformance-${crypto.randomUUID()}`, persist: true };

async function loadsProfile(world: World): Promise<void> {
  await world.api.call("anchor", "/v1/profiles", { method: "POST", body: { name: PROFILE.name } });
  await shows(browser({ profile: PROFILE }), inBrowser("profile.name"), PROFILE.name)(world);
}

const isPublishedCaptchaError: Check = async (world) => {
  const { status, body } = await world.create("anchor", browser({ captcha_solver: ON }));
  mustBe(
    "answer",
    [status, body],
    [400, { error: { code: 400, message: "CAPTCHA solver requires proxy to be active." } }],
  );
};

/** Start Browser Session, as Anchor's document has it. */
export const ANCHOR: readonly Row[] = [
  { field: "anchor-api-key", rule: takes(undefined), error: refusesKey },
  { field: "body", byDefault: takes(undefined), rule: answersAsPublished, error: refuses("[1", 400, "JSON") },
  {
    field: "session.initial_url",
    byDefault: isByDefault(inSession("initial_url"), undefined),
    rule: (world) => {
      const url = new URL("/health", world.api.url).href;
      return shows(session({ initial_url: url }), inSession("initial_url"), url)(world);
    },
    error: refuses(session({ initial_url: "nowhere" }), 400, "session.initial_url"),
  },
  {
    field: "session.recording.active",
    byDefault: isByDefault(inSession("recording.active"), true),
    rule: shows(session({ recording: OFF }), inSession("recording.active"), false),
    error: refuses(session({ recording: { active: 1 } }), 400, `session.recording.active ${BOOLEAN}`),
  },
  {
    field: "session.proxy.active",
    byDefault: isByDefault(inSession("proxy.active"), false),
    rule: shows(session({ proxy: OFF }), inSession("proxy.active"), false),
    error: refuses(session({ proxy: {} }), 400, "session.proxy.active is required"),
  },
  {
    field: "session.proxy.type",
    byDefault: shows(proxied({}), inSession("proxy.type"), "anchor_proxy"),
    rule: all(
      ...["anchor_proxy", "anchor_residential", "anchor_mobile", "anchor_gov"].map((type) =>
        shows(proxied({ type }), inSession("proxy.type"), type),
      ),
      shows(custom, inSession("proxy.type"), "custom"),
    ),
    error: refuses(proxied({ type: "other" }), 400, "session.proxy.type must be one of"),
  },
  {
    field: "session.proxy.country_code",
    byDefault: shows(proxied({}), inSession("proxy.country_code"), "us"),
    rule: shows(proxied({ country_code: "us" }), inSession("proxy.country_code"), "us"),
    error: refuses(proxied({ type: "anchor_proxy", country_code: "gb" }), 400, "session.proxy.country_code"),
  },
  {
    field: "session.proxy.region",
    rule: takes(proxied({ region: "ca" })),
    error: refuses(proxied({ region: "" }), 400, "session.proxy.region"),
  },
  {
    field: "session.proxy.city",
    rule: takes(proxied({ region: "ca", city: "Los Angeles" })),
    error: all(
      refuses(proxied({ city: "Austin" }), 400, "session.proxy.city requires session.proxy.region"),
      refuses(
        proxied({ type: "anchor_residential", region: "tx", city: "Austin" }),
        400,
        "session.proxy.city is supported for anchor_proxy only",
      ),
    ),
  },
  ...["server", "username", "password"].map((name): Row => ({
    field: `session.proxy.${name}`,
    rule: shows(custom, inSession("proxy.status"), "verified"),
    error: refuses(
      (world: World) => ({
        session: { proxy: { ...custom(world).session.proxy, [name]: undefined } },
      }),
      400,
      `session.proxy.${name} is required`,
    ),
  })),
  {
    field: "session.timeout.max_duration",
    byDefault: isByDefault(inSession("timeout.max_duration"), 20),
    rule: shows(session({ timeout: { max_duration: 7 } }), inSession("timeout.max_duration"), 7),
    error: refuses(session({ timeout: { max_duration: 0 } }), 400, "session.timeout.max_duration"),
  },
  {
    field: "session.timeout.idle_timeout",
    byDefault: isByDefault(inSession("timeout.idle_timeout"), 5),
    rule: shows(session({ timeout: { idle_timeout: 3 } }), inSession("timeout.idle_timeout"), 3),
    error: refuses(session({ timeout: { idle_timeout: "x" } }), 400, "session.timeout.idle_timeout"),
  },
  {
    field: "session.live_view.read_only",
    byDefault: isByDefault(inSession("live_view.read_only"), false),
    rule: shows(session({ live_view: { read_only: true } }), inSession("live_view.read_only"), true),
    error: refuses(session({ live_view: { read_only: 1 } }), 400, `session.live_view.read_only ${BOOLEAN}`),
  },
  {
    field: "browser.profile.name",
    byDefault: isByDefault(inBrowser("profile"), undefined),
    rule: loadsProfile,
    error: refuses(browser({ profile: { name: "nobody's" } }), 404, "nobody's"),
  },
  {
    field: "browser.profile.persist",
    rule: all(loadsProfile, shows(browser({ profile: PROFILE }), inBrowser("profile.persist"), true)),
    error: refuses(browser({ profile: { persist: true } }), 400, "browser.profile.name is required"),
  },
  toggle("adblock", true),
  {
    field: "browser.popup_blocker.active",
    byDefault: isByDefault(inBrowser("popup_blocker.active"), true),
    rule: shows(browser({ adblock: OFF }), inBrowser("popup_blocker.active"), false),
    error: refuses(browser({ adblock: OFF, popup_blocker: ON }), 400, "requires browser.adblock.active"),
  },
  {
    field: "browser.captcha_solver.active",
    byDefault: isByDefault(inBrowser("captcha_solver.active"), false),
    rule: shows(
      (world) => ({ ...custom(world), ...browser({ captcha_solver: ON }) }),
      inBrowser("captcha_solver.active"),
      true,
    ),
    error: isPublishedCaptchaError,
  },
  toggle("headless", false),
  {
    field: "browser.viewport.width",
    byDefault: isByDefault(inBrowser("viewport.width"), 1440),
    rule: shows(browser({ viewport: { width: 1280, height: 720 } }), inBrowser("viewport.width"), 1280),
    error: refuses(browser({ viewport: { width: 0 } }), 400, "browser.viewport.width"),
  },
  {
    field: "browser.viewport.height",
    byDefault: isByDefault(inBrowser("viewport.height"), 900),
    rule: shows(browser({ viewport: { width: 1280, height: 720 } }), inBrowser("viewport.height"), 720),
    error: refuses(browser({ viewport: { height: -1 } }), 400, "browser.viewport.height"),
  },
  toggle("fullscreen", false),
  toggle("p2p_download", false),
  {
    field: "browser.extensions",
    byDefault: isByDefault(inBrowser("extensions"), []),
    rule: all(namesExtension, refuses(browser({ extensions: [ID] }), 404, `extension ${ID} not found`)),
    error: refuses(browser({ extensions: ["x"] }), 400, "browser.extensions.0"),
  },
  toggle("disable_web_security", false),
  toggle("extra_stealth", false),
  {
    field: "integrations[].id",
    byDefault: takes(undefined),
    rule: takes((world) => secrets(world, { load_mode: "all" })),
    error: refuses(
      { integrations: [{ id: ID, type: "1PASSWORD", configuration: { load_mode: "all" } }] },
      404,
      `integration ${ID} not found`,
    ),
  },
  {
    field: "integrations[].type",
    rule: takes((world) => secrets(world, { load_mode: "all" })),
    error: refuses(
      { integrations: [{ id: ID, type: "OTHER", configuration: { load_mode: "all" } }] },
      400,
      "integrations.0.type",
    ),
  },
  {
    field: "integrations[].configuration",
    rule: takes((world) => secrets(world, { load_mode: "specific", secrets: ["op://vault/item/field"] })),
    error: all(
      refuses((world: World) => secrets(world, { load_mode: "specific", secrets: [] }), 400, "configuration.secrets"),
      refuses((world: World) => secrets(world, { load_mode: "some" }), 400, "configuration.load_mode"),
    ),
  },
  { field: "402", error: refusesSpent },
];
