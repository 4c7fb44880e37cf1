import { describe, it } from "vitest";
import { BrowserRunEngine } from "../../../src/engines/browser-run.ts";
import { CdpEndpointEngine } from "../../../src/engines/cdp-endpoint.ts";
import { EngineError } from "../../../src/engines/engine.ts";

const engineThatAnswers = (response: () => Response) => {
  const asked: string[] = [];
  const engine = new BrowserRunEngine({
    fetch: async (url) => {
      asked.push(new URL(url).pathname);
      return response();
    },
  });
  return { engine, asked };
};

describe("the browsers of Browser Rendering", () => {
  it("are listed with their age, and whether somebody is connected", async ({ expect }) => {
    const sessions = [
      { sessionId: "a", startTime: 1_711_621_704_607 },
      { sessionId: "b", startTime: 1_711_621_703_607, connectionId: "c", connectionStartTime: 1_711_621_703_608 },
    ];
    const { engine, asked } = engineThatAnswers(() => Response.json({ sessions }));
    expect(await engine.list()).toEqual([
      { browserId: "a", startedAt: 1_711_621_704_607, connected: false },
      { browserId: "b", startedAt: 1_711_621_703_607, connected: true },
    ]);
    expect(asked).toEqual(["/v1/sessions"]);
  });

  it("are left out when they cannot be read", async ({ expect }) => {
    const sessions = [null, 7, {}, { sessionId: "x" }, { startTime: 1 }, { sessionId: "ok", startTime: 1 }];
    const { engine } = engineThatAnswers(() => Response.json({ sessions }));
    expect((await engine.list()).map(({ browserId }) => browserId)).toEqual(["ok"]);
  });

  for (const [name, response] of [
    ["a refusal", () => new Response("busy", { status: 429 })],
    ["an answer without a list", () => Response.json({})],
  ] as const) {
    it(`are not taken to be none for ${name}`, async ({ expect }) => {
      await expect(engineThatAnswers(response).engine.list()).rejects.toBeInstanceOf(EngineError);
    });
  }
});

describe("a CDP endpoint", () => {
  it("lists no browser: the one behind it is not ours to close", async ({ expect }) => {
    const fetch = () => expect.unreachable("nothing is to be asked");
    expect(await new CdpEndpointEngine({ endpoint: "ws://127.0.0.1:9222/devtools/browser/x", fetch }).list()).toEqual(
      [],
    );
  });
});
