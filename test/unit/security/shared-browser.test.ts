import { describe, expect, it } from "vitest";
import { MuxHarness } from "../../support/worker/mux-harness.ts";

const CONTEXT = "CONTEXT";

/** A client with a page, in a browser that its session shares or has to itself. */
async function connect({ shared }: { readonly shared: boolean }) {
  const harness = new MuxHarness();
  const { browser, targets } = harness;
  if (shared) targets.useContext({ id: CONTEXT, defaultId: "DEFAULT" }, { sharesBrowser: true });
  const connected = await harness.connect();
  const { socket } = connected;
  const attached = (type: string): string => {
    const sessionId = browser.newSessionId();
    const targetInfo = { targetId: "T1", type, title: "", url: "https://a.test/", browserContextId: CONTEXT };
    browser.event("Target.attachedToTarget", { sessionId, targetInfo }, connected.root);
    return sessionId;
  };
  let id = 0;
  const send = (method: string, params: object, sessionId?: string): void => {
    id += 1;
    connected.send({ id, method, params, ...(sessionId !== undefined && { sessionId }) });
  };
  return { browser, socket, send, page: attached("page"), innerBrowser: attached("browser") };
}

/** Commands that reach the machine, or other sessions, whichever session of the protocol they are sent in. */
const REFUSED = [
  ["DOM.setFileInputFiles", { files: ["/etc/passwd"], nodeId: 1 }],
  ["Input.dispatchDragEvent", { type: "drop", x: 1, y: 1, data: { items: [], files: ["/etc/passwd"] } }],
  ["PWA.launchFilesInApp", { manifestId: "https://a.test/", files: ["/etc/passwd"] }],
  ["PWA.install", { manifestId: "https://a.test/" }],
  ["Extensions.uninstall", { id: "x" }],
  ["Tracing.start", {}],
  ["SystemInfo.getInfo", {}],
  ["Browser.getBrowserCommandLine", {}],
] as const;

/** The same in a page's session concern that page only. */
const BROWSER_WIDE = [
  ["Fetch.enable", { patterns: [{ urlPattern: "*" }] }],
  ["Security.setIgnoreCertificateErrors", { ignore: true }],
] as const;

describe("in a browser that sessions share", () => {
  it.for(REFUSED)("%s is refused by name", async ([method, params], { expect }) => {
    const { browser, socket, send, page } = await connect({ shared: true });
    for (const sessionId of [undefined, page]) {
      send(method, params, sessionId);
      expect(socket.last).toMatchObject({ error: { code: -32_000, message: expect.stringContaining(method) } });
    }
    expect(browser.sent.map((command) => command.method)).not.toContain(method);
  });

  it.for(BROWSER_WIDE)(
    "%s is refused to the whole browser, and passes to a page",
    async ([method, params], { expect }) => {
      const { browser, socket, send, page, innerBrowser } = await connect({ shared: true });
      for (const sessionId of [undefined, innerBrowser]) {
        send(method, params, sessionId);
        expect(socket.last).toMatchObject({ error: { code: -32_000, message: expect.stringContaining(method) } });
      }
      expect(browser.sent.map((command) => command.method)).not.toContain(method);
      send(method, params, page);
      expect(browser.last(method)).toMatchObject({ params, sessionId: page });
    },
  );

  it.for(["Browser.setDownloadBehavior", "Page.setDownloadBehavior"])(
    "%s cannot have files written, nor tell of other sessions' downloads",
    async (method, { expect }) => {
      const { browser, send, page } = await connect({ shared: true });
      for (const behavior of ["allow", "allowAndName", undefined, "Allow", "deny", "default"]) {
        send("Browser.setDownloadBehavior", { behavior, eventsEnabled: true }, page);
        expect(browser.last("Browser.setDownloadBehavior").params).toMatchObject({ eventsEnabled: false });
        send(method, { behavior, downloadPath: "/root/.ssh" }, page);
        expect(browser.last(method).params).toMatchObject({ behavior: "deny" });
        expect(browser.last(method).text).not.toContain(".ssh");
      }
    },
  );

  it("a drag without files passes", async () => {
    const { browser, send, page } = await connect({ shared: true });
    send("Input.dispatchDragEvent", { type: "drop", x: 1, y: 1, data: { items: [], dragOperationsMask: 1 } }, page);
    expect(browser.last("Input.dispatchDragEvent").sessionId).toBe(page);
  });
});

describe("in a browser of the session's own", () => {
  const downloads = ["Browser.setDownloadBehavior", { behavior: "allow", downloadPath: "/tmp/x" }] as const;
  const passing = REFUSED.filter(([method]) => method !== "Extensions.uninstall");
  it.for([...passing, ...BROWSER_WIDE, downloads])("%s passes as it is", async ([method, params], { expect }) => {
    const { browser, send } = await connect({ shared: false });
    send(method, params);
    expect(browser.last(method).params).toEqual(params);
  });
});
