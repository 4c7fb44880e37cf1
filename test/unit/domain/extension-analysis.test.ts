import { describe, it } from "vitest";
import text from "../../../docs/extensions.md?raw";
import { analyse } from "../../../src/domain/extension-analysis.ts";
import { PLAYED_APIS, PLAYED_OF_STORAGE_AREAS, UNPLAYED_KEYS } from "../../../src/domain/extension-apis.ts";
import { addApiUses } from "../../../src/domain/extension-scan.ts";

const MANIFEST = { manifest_version: 3, name: "a", version: "1" };

function usesOf(code: string): readonly string[] {
  const uses = new Set<string>();
  addApiUses(uses, new TextEncoder().encode(code));
  return [...uses];
}

const analysed = (code: string, manifest: object = {}) => analyse({ ...MANIFEST, ...manifest }, new Set(usesOf(code)));

const FOUND: readonly (readonly [string, readonly string[]])[] = [
  ["chrome.tabs.query({})", ["tabs.query"]],
  ["browser.tabs.query({})", ["tabs.query"]],
  ["window.chrome.tabs.query(self.chrome?.runtime)", ["tabs.query", "runtime"]],
  ["chrome?.debugger?.attach?.(x)", ["debugger.attach"]],
  ["a=chrome.storage.local.get,b=chrome.alarms", ["storage.local.get", "alarms"]],
  ['chrome["storage"]["sync"].set(x)', ["storage.sync.set"]],
  ["chrome\n  .storage\n  .local\n  .get()", ["storage.local.get"]],
  ["if(chrome.sidePanel){}", ["sidePanel"]],
  ["// chrome.debugger.attach\n  * @see chrome.cookies\nf()", []],
  ["/*! licence */(()=>{chrome.cookies.get(x)})()", ["cookies.get"]],
  ["my.chrome.tabs, mychrome.tabs, chromeless.tabs, $chrome.x", []],
  ["const { tabs } = chrome; tabs.query({})", []],
  ["<script>chrome.runtime.id</script>", ["runtime.id"]],
];

describe("the scan", () => {
  for (const [code, uses] of FOUND) {
    it(`finds ${uses.join(", ") || "nothing"} in ${JSON.stringify(code)}`, ({ expect }) => {
      expect(usesOf(code)).toEqual(uses);
    });
  }

  it("finds what lies over the edges of the pieces that code is read in, and makes nothing up there", ({ expect }) => {
    const MIB = 1024 * 1024;
    const chain = "chrome.storage.local.getBytesInUse";
    for (let shift = -chain.length - 2; shift <= 2; shift++) {
      const code = `${" ".repeat(MIB + shift)}${chain};${" ".repeat(MIB)}`;
      expect(usesOf(code)).toEqual(["storage.local.getBytesInUse"]);
    }
    // What is cut off before the name at the edge is there for the piece before.
    for (let shift = -4100; shift <= -4088; shift++) {
      expect(usesOf(`${" ".repeat(MIB + shift)}my.chrome.cookies.get;${" ".repeat(MIB)}`)).toEqual([]);
    }
  });

  it("takes no longer for code that was made for it", ({ expect }) => {
    const hostile = ["chrome ".repeat(200_000), `chrome${" ".repeat(1_000_000)}`, "chrome.a?.".repeat(100_000)];
    for (const code of hostile) expect(usesOf(code).length).toBeLessThan(3);
    const many = Array.from({ length: 100_000 }, (_, n) => `chrome.debugger.a${n}`).join(";");
    expect(usesOf(many)).toHaveLength(5_000);
    expect(analysed(many).unsupported).toHaveLength(100);
  });
});

describe("the analysis", () => {
  it("is full where everything is played", ({ expect }) => {
    const code = "chrome.storage.local.get(chrome.runtime.OnInstalledReason); chrome.tabs.TAB_ID_NONE; chrome.csi()";
    expect(analysed(code, { icons: {}, permissions: ["storage", "activeTab", "https://a.test/*"] })).toEqual({
      support: "full",
      unsupported: [],
      limits: [],
    });
  });

  it("names what is not played, and a namespace only where nothing of it is named", ({ expect }) => {
    const code = "chrome.debugger.attach; chrome.debugger.onEvent.addListener(f); chrome.debugger; chrome.cookies";
    const { support, unsupported } = analysed(code, { permissions: ["debugger", "history"], devtools_page: "d.html" });
    expect(support).toBe("unsupported");
    expect(unsupported).toEqual([
      "chrome.cookies",
      "chrome.debugger.attach",
      "chrome.debugger.onEvent",
      "chrome.history",
      "devtools_page",
    ]);
  });

  it("names methods of played namespaces that are not played themselves", ({ expect }) => {
    const code =
      "chrome.tabs.captureVisibleTab; chrome.windows.create; chrome.management.getAll; chrome.storage.local.toss; chrome.windows.WINDOW_ID_NONE";
    expect(analysed(code).unsupported).toEqual([
      "chrome.management.getAll",
      "chrome.storage.local.toss",
      "chrome.tabs.captureVisibleTab",
      "chrome.windows.create",
    ]);
  });

  it("counts permissions that are asked for later, and those called otherwise than their API", ({ expect }) => {
    const manifest = { permissions: ["nativeMessaging", "system.cpu"], optional_permissions: ["webRequestBlocking"] };
    expect(analysed("", manifest).unsupported).toEqual([
      "chrome.runtime.connectNative",
      "chrome.system",
      "chrome.webRequest",
    ]);
  });

  it.for([
    ["", { action: { default_popup: "p.html" } }, "There is no toolbar"],
    ["chrome.action.onClicked.addListener(f)", {}, "There is no toolbar"],
    ["", { permissions: ["contextMenus"] }, "There are no context menus"],
    ["", { commands: {} }, "There are no keyboard shortcuts"],
    ["chrome.notifications.create({})", {}, "Notifications are not shown"],
    ["", { options_ui: { page: "o.html" } }, "The options page cannot be opened"],
    ["", { sandbox: { pages: ["s.html"] } }, "Sandboxed pages cannot be opened"],
    ["chrome.tabs.onActivated.addListener(f)", {}, "No tab is ever activated"],
    ["", { externally_connectable: {} }, "Pages and other extensions"],
    ["chrome.runtime.reload()", {}, "chrome.runtime.reload does nothing"],
    ["", { content_scripts: [{ matches: ["file:///*"] }] }, "Match patterns of file:"],
  ] as const)("of %j and %j has a limit", ([code, manifest, words], { expect }) => {
    const { support, limits } = analysed(code, manifest);
    expect({ support, limits }).toEqual({ support: "emulated", limits: [expect.stringContaining(words)] });
  });
});

describe("docs/extensions.md", () => {
  const played = text.split(/^#+ /m).find((section) => section.startsWith("APIs that are played")) ?? "";
  const rows = new Map(
    [...played.matchAll(/^\| `(\w+)` +\| (.+?) +\|$/gm)].map(([, name = "", cell = ""]) => [name, cell]),
  );
  const namesIn = (cell = ""): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

  it("lists the APIs that are played", ({ expect }) => {
    expect([...rows.keys()]).toEqual(Object.keys(PLAYED_APIS));
    for (const [namespace, members] of Object.entries<readonly string[] | "every">(PLAYED_APIS)) {
      if (members === "every") expect(rows.get(namespace)).toMatch(/^everything/);
      else
        expect(namesIn(rows.get(namespace)).filter((name) => !/^[A-Z]/.test(name))).toEqual(
          namespace === "storage" ? [...members, ...PLAYED_OF_STORAGE_AREAS] : members,
        );
    }
  });

  it("lists the keys of a manifest that are not", ({ expect }) => {
    const line = text.split("\n").find((each) => each.startsWith("Keys that are not played")) ?? "";
    expect(namesIn(line)).toEqual([...UNPLAYED_KEYS]);
  });
});
