import { describe, it } from "vitest";
import { KnownProxySupport } from "../../../src/session/known-proxy-support.ts";
import { ScriptedBrowser } from "../../support/worker/fake-engine.ts";
import { openLive } from "../../support/worker/live-browser.ts";

const EXIT_CHECK = "https://berth.invalid/ip";

/** A browser whose pages load, whatever proxy their context was given, or do not. */
class BehindProxy extends ScriptedBrowser {
  readonly #answers: Readonly<Record<string, object>>;

  constructor({ loads }: { readonly loads: boolean }) {
    super();
    this.#answers = {
      "Target.getTargets": { targetInfos: [] },
      "Target.createTarget": { targetId: "T2" },
      "Fetch.getResponseBody": { body: JSON.stringify({ ip: "192.0.2.1" }), base64Encoded: false },
      ...(!loads && { "Page.navigate": { errorText: "net::ERR_PROXY_CONNECTION_FAILED" } }),
    };
    for (const method of ["Page.navigate", ...Object.keys(this.#answers)]) this.silent.add(method);
  }

  override send(text: string): void {
    super.send(text);
    const command = this.sent.at(-1);
    const answer = command && this.#answers[command.method];
    if (command && answer) queueMicrotask(() => this.answer(command, answer));
    else if (command?.method === "Page.navigate") {
      const params = { requestId: "R1", responseStatusCode: 200 };
      queueMicrotask(() => this.event("Fetch.requestPaused", params, command.sessionId));
    }
  }
}

describe("an engine", () => {
  it("that sends traffic around a context's proxy gets no session with one", async ({ expect }) => {
    const support = new KnownProxySupport();
    const browser = new BehindProxy({ loads: true });
    const live = await openLive(browser);
    const problem = { problem: "proxy_unreachable", message: expect.stringContaining("do not use proxies") as string };
    await expect(support.require(live, EXIT_CHECK)).rejects.toMatchObject(problem);
    await expect(support.require(live, EXIT_CHECK)).rejects.toMatchObject(problem);
    expect(browser.sent.map(({ method }) => method)).toContain("Target.disposeBrowserContext");
  });

  it("that fails without the proxy is trusted, and asked once", async ({ expect }) => {
    const support = new KnownProxySupport();
    const browser = new BehindProxy({ loads: false });
    const live = await openLive(browser);
    await support.require(live, EXIT_CHECK);
    const asked = browser.sent.length;
    await support.require(live, EXIT_CHECK);
    expect(browser.sent).toHaveLength(asked);
  });
});
