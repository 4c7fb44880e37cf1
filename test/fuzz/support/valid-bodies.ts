import * as fc from "fast-check";

const flag = fc.boolean();
const active = fc.record({ active: flag });
const side = fc.integer({ min: 1, max: 7680 });
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const some = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { requiredKeys: [] });

const viewport = fc.record({ width: side, height: side });

/** Bodies of `POST /v1/sessions` in Meshbrow's words, all of them right. */
export const meshbrowBody: fc.Arbitrary<object> = fc
  .record({
    rest: some({
      proxy: fc.record(
        {
          type: fc.constantFrom("residential", "datacenter", "isp", "mobile"),
          country: fc.constantFrom("US", "de", "JP"),
          region: fc.constantFrom("us", "eu", "asia", "latam"),
          sticky: flag,
        },
        { requiredKeys: ["type"] },
      ),
      stealth: fc.constantFrom("none", "standard", "max", "basic", "full"),
      fingerprint: fc.oneof(
        fc.constant("auto"),
        some({
          platform: fc.constantFrom("Win32", "MacIntel", "Linux x86_64"),
          locale: fc.constantFrom("en-US", "de-DE"),
          timezone: fc.constantFrom("America/Chicago", "Asia/Calcutta", "UTC"),
        }),
      ),
      timeout: fc.integer({ min: 1, max: 3600 }),
      recording: some({ har: flag, screenshots: flag, video: flag }),
      viewport,
    }),
    profile: fc.constantFrom(undefined, "profileId", "profile_id"),
    name: word,
  })
  .map(({ rest, profile, name }) => ({ ...rest, ...(profile !== undefined && { [profile]: name }) }));

const pooled = fc.record(
  {
    active: flag,
    type: fc.constantFrom("anchor_proxy", "anchor_residential", "anchor_mobile", "anchor_gov"),
    country_code: fc.constantFrom("us", "de", "fr"),
    region: word,
  },
  { requiredKeys: ["active", "type"] },
);
const custom = fc.record({
  active: flag,
  type: fc.constant("custom"),
  server: fc.constantFrom("http://proxy.example:8080", "https://proxy.example:443"),
  username: word,
  password: word,
});

const minutes = fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 525_600 }));
const configuration = fc.oneof(
  fc.constant({ load_mode: "all" }),
  fc.record({ load_mode: fc.constant("specific"), secrets: fc.constant(["op://vault/item/field"]) }),
);

/** Bodies of `POST /v1/sessions` in Anchor's words, all of them right. */
export const anchorBody: fc.Arbitrary<object> = some({
  session: some({
    initial_url: fc.webUrl({ validSchemes: ["http", "https"] }),
    tags: fc.array(word, { maxLength: 4 }),
    recording: active,
    proxy: fc.oneof(pooled, custom),
    timeout: some({ max_duration: minutes, idle_timeout: minutes }),
    live_view: some({ read_only: flag }),
  }),
  browser: some({
    profile: fc.record({ name: word, persist: flag }, { requiredKeys: ["name"] }),
    headless: active,
    viewport: some({ width: side, height: side }),
    fullscreen: active,
    p2p_download: active,
    extensions: fc.array(fc.uuid(), { maxLength: 3 }),
    disable_web_security: active,
    extra_stealth: active,
  }),
  integrations: fc.array(fc.record({ id: fc.uuid(), type: fc.constant("1PASSWORD"), configuration }), { maxLength: 2 }),
});
