import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { FrameTree } from "../../../src/cdp/frame-tree.ts";
import type { ExtensionPackage, ExtensionSupport } from "../../../src/domain/extension.ts";
import { type AccountId, newMeshbrowSessionId } from "../../../src/domain/ids.ts";
import type { SessionSpec } from "../../../src/domain/session-spec.ts";
import { SessionExtensions } from "../../../src/session/session-extensions.ts";
import { newRecord } from "../../../src/session/session-record.ts";
import { SessionStore } from "../../../src/session/session-store.ts";
import { toSessionView } from "../../../src/session/to-session-view.ts";
import { createLogger } from "../../../src/observability/logger.ts";
import { NO_METRICS } from "../../../src/domain/session-view.ts";
import { HOST, ScriptedBrowser } from "../../support/worker/fake-engine.ts";
import { openLive } from "../../support/worker/live-browser.ts";
import { NO_EGRESS } from "../../support/worker/no-egress.ts";
import { cryptoIds } from "../accounts/tenant.ts";
import { PLAIN_SPEC } from "../service/requests.ts";

const PROXY = { type: "custom", server: "http://192.0.2.1:1", username: "", password: "" } as const;

const aPackage = (support: ExtensionSupport, paths: readonly string[] = []): ExtensionPackage => ({
  id: crypto.randomUUID(),
  name: "Greeter",
  manifest: {},
  analysis: { support, unsupported: support === "unsupported" ? ["chrome.debugger"] : [], limits: [] },
  files: new Map(["manifest.json", ...paths].map((path) => [path, new Uint8Array(1)])),
});

interface Given {
  readonly packages: readonly ExtensionPackage[];
  readonly ids?: readonly string[];
  readonly spec?: Partial<SessionSpec>;
  readonly areEmulated?: boolean;
  /** Whether the browser loads extensions; it is asked only where that matters. */
  readonly loads?: () => boolean;
}

/** What the launch of a session finds of its extensions. */
async function decide(given: Given) {
  const { packages, ids = packages.map(({ id }) => id), spec, areEmulated = false, loads = () => true } = given;
  const id = newMeshbrowSessionId(cryptoIds);
  return runInDurableObject(env.SESSIONS.getByName(id), async (_instance, { storage }) => {
    const store = new SessionStore(storage);
    const asked = { ...PLAIN_SPEC, ...spec, extensions: ids };
    const accountId = "acct_a" as AccountId;
    store.create(newRecord({ id, accountId, spec: asked, asked: [], createdAt: 0, ...NO_EGRESS }));
    const extensions = new SessionExtensions({
      deps: {
        extensions: { load: () => Promise.resolve(packages) },
        extensionsAreEmulated: areEmulated,
        knownExtensionSupport: { of: () => Promise.resolve(loads()) },
        knownHosts: { of: () => Promise.resolve(HOST) },
        extensionScript: () => Promise.resolve(""),
        logger: createLogger(),
      },
      store,
    });
    const live = await openLive(new ScriptedBrowser());
    await extensions.over(live, { frames: new FrameTree(), observers: [], handlers: [] });
    let refusal: unknown;
    try {
      extensions.check();
    } catch (error) {
      refusal = error;
    }
    const record = store.read();
    const shown = record && toSessionView(record, NO_METRICS, new Set()).extensions;
    return { modes: record?.extensions.map(({ mode }) => mode), shown, refusal };
  });
}

describe("an extension of a session", () => {
  it("is loaded by a browser that loads extensions, whatever it needs", async ({ expect }) => {
    const packages = [aPackage("full", ["icons/icon@2x.png", "_locales/en/messages.json"]), aPackage("unsupported")];
    const { shown, refusal } = await decide({ packages });
    expect(refusal).toBeUndefined();
    expect(shown).toEqual(packages.map(({ id, name }) => ({ id, name, mode: "loaded" })));
  });

  it.for<[string, Omit<Given, "packages">]>([
    ["in a browser that loads none", { loads: () => false }],
    ["where the operator says so", { areEmulated: true, loads: () => expect.fail("it was asked") }],
    ["behind a proxy, which it would go around", { spec: { proxy: PROXY }, loads: () => expect.fail("it was asked") }],
  ])("is emulated %s", async ([, given], { expect }) => {
    expect((await decide({ ...given, packages: [aPackage("full")] })).modes).toEqual(["emulated"]);
  });

  it("is emulated where its files cannot be written as they are", async ({ expect }) => {
    const many = Array.from({ length: 1000 }, (_, index) => `${index}.js`);
    for (const paths of [["a:b.js"], ["folder./a.js"], ["über.js"], many]) {
      expect((await decide({ packages: [aPackage("full", paths)] })).modes).toEqual(["emulated"]);
    }
    expect((await decide({ packages: [aPackage("full", [".github/x:y", ".gitignore"])] })).modes).toEqual(["loaded"]);
  });

  it("that would have to be emulated and cannot be refuses the session, by what it needs", async ({ expect }) => {
    const [fine, unplayable] = [aPackage("full"), aPackage("unsupported")];
    const { refusal } = await decide({ packages: [unplayable, fine], loads: () => false });
    expect(refusal).toMatchObject({
      failure: { kind: "unsupported", feature: "extensions", field: "browser.extensions" },
      message: expect.stringMatching(`extension "Greeter" \\(${unplayable.id}\\) .* chrome.debugger`) as string,
    });
  });

  it("that was deleted since the session was admitted refuses it", async ({ expect }) => {
    const kept = aPackage("full");
    const gone = crypto.randomUUID();
    const { refusal } = await decide({ packages: [kept], ids: [kept.id, gone] });
    expect(refusal).toMatchObject({
      failure: { kind: "notFound", what: "extension", id: gone },
      message: `extension ${gone} not found`,
    });
  });
});

it("a session of a version that knew no extensions has none", async ({ expect }) => {
  const id = newMeshbrowSessionId(cryptoIds);
  await runInDurableObject(env.SESSIONS.getByName(id), (_instance, { storage }) => {
    const spec = PLAIN_SPEC;
    const accountId = "acct_a" as AccountId;
    const { extensions: _unknown, ...older } = newRecord({
      id,
      accountId,
      spec,
      asked: [],
      createdAt: 0,
      ...NO_EGRESS,
    });
    storage.kv.put("session", older);
    expect(new SessionStore(storage).read()).toEqual({ ...older, extensions: [] });
  });
});
