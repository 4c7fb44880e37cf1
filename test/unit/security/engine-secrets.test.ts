import { describe, it } from "vitest";
import { CdpEndpointEngine } from "../../../src/engines/cdp-endpoint.ts";
import { launchBrowser } from "../../../src/session/launcher.ts";

const SECRET = "operators-secret";
const HTTP = `http://user:${SECRET}@chrome.test:9222/?token=${SECRET}`;

/** What the platform or the endpoint may say, with the address in it. */
const FAULTS: readonly (readonly [string, (url: string) => Promise<Response>])[] = [
  ["an error that quotes the address", async (url) => Promise.reject(new TypeError(`Fetch API cannot load: ${url}`))],
  ["a refusal", async (url) => new Response(`no such path: ${url}`, { status: 404 })],
  ["an answer that is not JSON", async (url) => new Response(`<html>${url}</html>`)],
];

describe("the address of an operator's browser", () => {
  it.for(FAULTS)("is not told to callers by %s", async ([, fetch], { expect }) => {
    const engine = new CdpEndpointEngine({ endpoint: HTTP, fetch });
    const launched = launchBrowser({
      engine,
      location: null,
      clock: { now: () => 0 },
      limitMs: 1000,
      wanted: () => true,
      background: (promise) => void promise,
    });
    const error: unknown = await launched.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).not.toContain(SECRET);
    expect((error as Error).message).toMatch(/^the CDP endpoint /);
  });
});
