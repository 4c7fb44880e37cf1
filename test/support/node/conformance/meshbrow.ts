import { all, checksOf, type Row } from "./row.ts";
import { at, idOf, mustBe, type World } from "./world.ts";

const { shows, isByDefault, refuses, takes } = checksOf("meshbrow");

const RESIDENTIAL = { proxy: { type: "residential", country: "US" } };
const WHOLE = {
  proxy: { type: "residential", country: "US", city: "Dallas", sticky: true },
  stealth: "standard",
  fingerprint: {
    platform: "MacIntel",
    locale: "de-DE",
    timezone: "Europe/Berlin",
    viewport: { width: 1280, height: 720 },
  },
  timeout: 1800,
  recording: { har: true, screenshots: true, video: true },
};
/** The document's own request. */
const PUBLISHED = { ...RESIDENTIAL, stealth: "max", fingerprint: "auto", timeout: 1800 };

const codeIs =
  (body: unknown, status: number, code: string) =>
  async (world: World): Promise<void> => {
    const answer = await world.create("meshbrow", body);
    mustBe("status", answer.status, status);
    mustBe("error.code", at(answer.body, "error.code"), code);
  };

async function answersAsPublished(world: World): Promise<void> {
  const { status, body } = await world.create("meshbrow", PUBLISHED);
  await world.api.destroy(idOf(body) ?? "");
  mustBe("status", [status, at(body, "status")], [201, "ready"]);
  const forms = {
    id: /^ses_[a-z2-7]{16,}$/,
    cdpUrl: /^wss?:\/\/[^/]+\/cdp\/ses_[a-z2-7]+\?token=ct_/,
    "proxy.ip": /^[\d.]+$/,
    "proxy.city": /./,
    "fingerprint.userAgent": /^Mozilla\/5\.0 /,
    "fingerprint.locale": /^en-US$/,
    "fingerprint.timezone": /^America\//,
    expiresAt: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
  };
  for (const [path, form] of Object.entries(forms)) mustBe(path, form.test(String(at(body, path))), true);
}

/** What an account without a plan is refused. */
async function refusesByPlan(world: World): Promise<void> {
  const { api } = await world.admin.createAccount("free");
  const denied = await api.call("meshbrow", "/v1/sessions", { method: "POST", body: RESIDENTIAL });
  mustBe("proxy access", [denied.status, at(denied.body, "error.code")], [403, "proxy_access_denied"]);
  const running = await Promise.all([api.create("meshbrow"), api.create("meshbrow")]);
  const third = await api.call("meshbrow", "/v1/sessions", { method: "POST" });
  await Promise.all(running.map(({ id }) => api.destroy(id)));
  mustBe("concurrency", [third.status, at(third.body, "error.code")], [429, "concurrency_limit_reached"]);
  const spent = await world.spent();
  const over = await spent.call("meshbrow", "/v1/sessions", { method: "POST" });
  mustBe("quota", [over.status, at(over.body, "error.code")], [402, "quota_exceeded"]);
}

async function loadsProfile(world: World): Promise<void> {
  const body = { name: `conformance ${crypto.randomUUID()}` };
  const made = await world.api.call<{ id: string }>("meshbrow", "/v1/profiles", { method: "POST", body });
  await shows({ profileId: made.body.id }, "profileId", made.body.id)(world);
}

async function refusesKey(world: World): Promise<void> {
  const answer = await fetch(new URL("/v1/sessions", world.api.url), {
    method: "POST",
    headers: { authorization: "Bearer mb_live_wrong" },
  });
  mustBe("status", answer.status, 401);
}

/** Create Session, as Meshbrow's document has it. */
export const MESHBROW: readonly Row[] = [
  { field: "Authorization", rule: takes(undefined), error: refusesKey },
  { field: "body", byDefault: takes(undefined), rule: answersAsPublished, error: refuses("[1", 400, "JSON") },
  {
    field: "proxy.type",
    byDefault: isByDefault("proxy", null),
    rule: all(
      ...["residential", "datacenter", "isp", "mobile"].map((type) => shows({ proxy: { type } }, "proxy.type", type)),
    ),
    error: refuses(
      { proxy: { type: "other" } },
      400,
      "proxy.type must be one of: residential, datacenter, isp, mobile",
    ),
  },
  {
    field: "proxy.country",
    byDefault: shows({ proxy: { type: "isp" } }, "proxy.country", "US"),
    rule: shows(RESIDENTIAL, "proxy.country", "US"),
    error: refuses({ proxy: { type: "isp", country: "XX" } }, 400, "proxy.country"),
  },
  {
    field: "proxy.region",
    rule: takes({ proxy: { type: "isp", region: "us" } }),
    error: refuses({ proxy: { type: "isp", region: "nowhere" } }, 400, "proxy.region"),
  },
  {
    field: "proxy.city",
    rule: shows(WHOLE, "proxy.type", "residential"),
    error: refuses({ proxy: { type: "isp", city: "Dallas" } }, 400, "proxy.city requires proxy.country"),
  },
  {
    field: "proxy.sticky",
    rule: shows(WHOLE, "proxy.type", "residential"),
    error: refuses({ proxy: { type: "isp", sticky: "yes" } }, 400, "proxy.sticky"),
  },
  {
    field: "stealth",
    byDefault: isByDefault("stealth", "max"),
    rule: all(...["none", "standard", "max"].map((stealth) => shows({ stealth }, "stealth", stealth))),
    error: refuses({ stealth: "some" }, 400, "stealth must be one of: none, standard, max"),
  },
  {
    field: "fingerprint",
    byDefault: takes(undefined),
    rule: all(
      takes({ fingerprint: "auto" }),
      shows(WHOLE, "fingerprint.platform", "MacIntel"),
      shows(WHOLE, "fingerprint.locale", "de-DE"),
      shows(WHOLE, "fingerprint.timezone", "Europe/Berlin"),
    ),
    error: refuses({ fingerprint: { platform: "Toaster" } }, 400, "fingerprint.platform"),
  },
  {
    field: "profileId",
    byDefault: isByDefault("profileId", null),
    rule: loadsProfile,
    error: refuses({ profileId: "prof_none" }, 404, "prof_none"),
  },
  {
    field: "timeout",
    byDefault: isByDefault("timeout", 1800),
    rule: shows({ timeout: 3600 }, "timeout", 3600),
    error: all(refuses({ timeout: 3601 }, 400, "timeout"), refuses({ timeout: 0 }, 400, "timeout")),
  },
  {
    field: "recording",
    byDefault: isByDefault("recording", { har: false, screenshots: false, video: false }),
    rule: shows(WHOLE, "recording", { har: true, screenshots: true, video: true }),
    error: refuses({ recording: { har: "yes" } }, 400, "recording.har"),
  },
  { field: "unknown fields", error: refuses({ proxxy: {} }, 400, "proxxy") },
  { field: "402, 403, 429", error: refusesByPlan },
  { field: "400", error: codeIs({ timeout: "x" }, 400, "invalid_request") },
];
