import { describe, it } from "vitest";
import { readExtension } from "../../../src/service/read-extension.ts";
import { extensionZip, MALFORMED, MANIFEST } from "../../support/zip/extensions.ts";
import { makeZip, zipOf } from "../../support/zip/make-zip.ts";

const RULE = { id: 1, action: { type: "block" }, condition: { urlFilter: "||ads.example^" } };
const ALL = ["<all_urls>"];

async function problemOf(manifest: object, files: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const read = await readExtension(await extensionZip(manifest, files));
  return read.ok ? undefined : read.failure;
}

describe("an upload", () => {
  it("is read with everything that a manifest may have", async ({ expect }) => {
    const manifest = {
      name: "__MSG_appName__",
      version: "65535.0.10.3",
      default_locale: "en",
      permissions: ["storage", "alarms"],
      host_permissions: ["https://*.example.com/*"],
      background: { service_worker: "/js/sw.js", type: "module" },
      content_scripts: [
        { matches: ALL, exclude_matches: ["*://x.test/*"], js: ["js/a.js"], css: ["a.css"], run_at: "document_start" },
        { matches: ["https://*/*"], js: ["./js/a.js"], world: "MAIN" },
      ],
      declarative_net_request: { rule_resources: [{ id: "ads", enabled: false, path: "rules.json" }] },
      web_accessible_resources: [{ resources: ["a.css"], matches: ALL }],
    };
    const files = {
      "js/sw.js": 'chrome.runtime.onMessage.addListener(() => chrome.storage.local.get("x"));',
      "js/a.js": "1",
      "a.css": "p {}",
      "rules.json": `\uFEFF// rules\n${JSON.stringify([RULE])}`,
      "_locales/en/messages.json": '{ "APPNAME": { "message": "Greeter" } }',
      "_locales/de/messages.json": "{}",
    };
    const read = await readExtension(await extensionZip(manifest, files));
    const bytes = Object.values({ ...files, manifest: JSON.stringify({ ...MANIFEST, ...manifest }) })
      .map((text) => new TextEncoder().encode(text).byteLength)
      .reduce((sum, each) => sum + each, 0);
    const analysis = { support: "full", unsupported: [], limits: [] };
    expect(read).toEqual({ ok: true, value: { manifest: { ...MANIFEST, ...manifest }, analysis, bytes } });
  });

  it("may have comments and a byte order mark in its manifest", async ({ expect }) => {
    const text =
      '\uFEFF{ // "name": "no"\n "name": "a // b /* c */", /* "version": */ "version": "1", "manifest_version": 3 }';
    const read = await readExtension(await zipOf({ "manifest.json": text }));
    expect(read).toMatchObject({ ok: true, value: { manifest: { name: "a // b /* c */", version: "1" } } });
  });

  it("may be in one folder", async ({ expect }) => {
    const script = { content_scripts: [{ matches: ALL, js: ["a.js"] }] };
    const files = { "x-main/manifest.json": JSON.stringify({ ...MANIFEST, ...script }), "x-main/a.js": "1" };
    expect((await readExtension(await zipOf(files))).ok).toBe(true);
  });

  it("says what its code uses and is not played", async ({ expect }) => {
    const zip = await extensionZip({ side_panel: {} }, { "a.js": "chrome.debugger.attach(target)" });
    expect(await readExtension(zip)).toMatchObject({
      value: { analysis: { support: "unsupported", unsupported: ["chrome.debugger.attach", "side_panel"] } },
    });
  });
});

describe("an upload is refused", () => {
  for (const { what, content, words } of MALFORMED) {
    it(`with ${what}`, async ({ expect }) => {
      expect(await readExtension(await content())).toEqual({ ok: false, failure: expect.stringContaining(words) });
    });
  }

  it("with a reason for each", async ({ expect }) => {
    const reasons = new Set<unknown>();
    for (const { content } of MALFORMED) reasons.add(await readExtension(await content()));
    expect(new Set([...reasons].map((reason) => JSON.stringify(reason))).size).toBe(MALFORMED.length);
    expect(MALFORMED.length).toBeGreaterThanOrEqual(10);
  });

  const PROBLEMS: readonly (readonly [object, string])[] = [
    [{ manifest_version: "3" }, "manifest_version must be 3"],
    [{ version: "1.2.3.4.5" }, "version must be"],
    [{ version: "1.65536" }, "version must be"],
    [{ version: "01" }, "version must be"],
    [{ version: 1 }, "version must be"],
    [{ name: undefined }, "name is missing"],
    [{ permissions: "tabs" }, "permissions must be an array of strings"],
    [{ host_permissions: [1] }, "host_permissions must be an array of strings"],
    [{ content_scripts: {} }, "content_scripts must be an array"],
    [{ content_scripts: [1] }, "content_scripts[0] must be an object"],
    [{ content_scripts: [{ js: [] }] }, "content_scripts[0].matches must be an array"],
    [{ content_scripts: [{ matches: [] }] }, "that is not empty"],
    [{ content_scripts: [{ matches: ALL, exclude_matches: ["x"] }] }, "content_scripts[0].exclude_matches[0] is not"],
    [{ content_scripts: [{ matches: ALL, css: "a.css" }] }, "content_scripts[0].css must be an array"],
    [{ content_scripts: [{ matches: ALL, run_at: "late" }] }, "content_scripts[0].run_at must be one of"],
    [{ content_scripts: [{ matches: ALL, world: "OTHER" }] }, "content_scripts[0].world must be one of"],
    [{ background: "sw.js" }, "background must be an object"],
    [{ background: { scripts: ["a.js"] } }, "background.service_worker is missing"],
    [{ background: { service_worker: ["a.js"] } }, "background.service_worker must be the path"],
    [{ default_locale: "../en" }, "default_locale must be the name of a folder"],
    [{ name: "__MSG_x__" }, "default_locale is missing, where name is __MSG_x__"],
    [{ declarative_net_request: {} }, "rule_resources must be an array"],
    [{ declarative_net_request: { rule_resources: [{ id: "a", enabled: 1 }] } }, "rule_resources[0].enabled must be"],
    [{ web_accessible_resources: ["a.css"] }, "web_accessible_resources[0] must be an object"],
    [{ web_accessible_resources: [{ resources: ["a"] }] }, "must have matches or extension_ids"],
  ];
  for (const [manifest, words] of PROBLEMS) {
    it(`with ${JSON.stringify(manifest)}`, async ({ expect }) => {
      expect(await problemOf(manifest)).toContain(words);
    });
  }

  it("with messages that are none, or nobody asks for", async ({ expect }) => {
    const path = "_locales/en/messages.json";
    expect(await problemOf({}, { [path]: "{}" })).toContain("default_locale is missing, although");
    expect(await problemOf({ default_locale: "en" }, { [path]: "[]" })).toBe(
      `${path} must be a JSON object of messages`,
    );
    expect(await problemOf({ default_locale: "en", name: "__MSG_a__" }, { [path]: "{}" })).toContain("does not have");
  });

  it("with rules that are no list", async ({ expect }) => {
    const resources = [{ id: "r", enabled: true, path: "r.json" }];
    const manifest = { declarative_net_request: { rule_resources: resources } };
    expect(await problemOf(manifest, { "r.json": "{}" })).toBe("r.json must be a JSON array of rules");
    const twice = { declarative_net_request: { rule_resources: [...resources, ...resources] } };
    expect(await problemOf(twice, { "r.json": "[]" })).toContain('rule_resources[1].id is there twice: "r"');
  });

  it("with a manifest that is too large, or too deep", async ({ expect }) => {
    expect(await problemOf({ description: "x".repeat(256 * 1024) })).toBe("manifest.json: larger than 256 KB");
    const deep = JSON.parse("[".repeat(40) + "]".repeat(40)) as unknown;
    expect(await problemOf({ deep: [deep] })).toBe("manifest.json: nested deeper than 32 levels");
  });

  it("with a file that is damaged, wherever it is", async ({ expect }) => {
    const manifest = { path: "manifest.json", content: JSON.stringify(MANIFEST) };
    const read = await readExtension(await makeZip([manifest, { path: "icon.png", content: "x", crc: 1 }]));
    expect(read).toEqual({ ok: false, failure: expect.stringContaining("icon.png is damaged") });
  });

  it("for a manifest made to take long, in no time", async ({ expect }) => {
    for (const text of ["/*".repeat(60_000), "[".repeat(200_000), `"${"\\".repeat(200_000)}`]) {
      const read = await readExtension(await zipOf({ "manifest.json": text }));
      expect(read).toEqual({ ok: false, failure: "manifest.json: not valid JSON" });
    }
  });
});
