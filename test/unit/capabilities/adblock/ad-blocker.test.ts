import { describe, it } from "vitest";
import { AdBlocker } from "../../../../src/capabilities/adblock/ad-blocker.ts";
import type { JudgedRequest } from "../../../../src/capabilities/adblock/blocklist.ts";
import type { PausedRequest, ResourceType } from "../../../../src/cdp/fetch-broker.ts";
import type { KnownFrame } from "../../../../src/cdp/frame-tree.ts";

const FRAMES: Readonly<Record<string, Omit<KnownFrame, "id" | "target">>> = {
  PAGE: { parentId: undefined, url: "http://page.test/" },
  INNER: { parentId: "PAGE", url: "http://inner.test/" },
};

/** A blocker that blocks everything, with what it judged. */
function blockingAll() {
  const judged: JudgedRequest[] = [];
  let blocked = 0;
  const blocker = new AdBlocker({
    lists: [
      {
        blocks: (request) => judged.push(request) > 0,
        cssFor: () => "",
        cssForFeatures: () => "",
      },
    ],
    frames: {
      find: (id) => {
        const frame = FRAMES[id];
        return frame && { id, ...frame, target: undefined as never };
      },
    },
    isPage: (frameId) => frameId === "PAGE",
    onBlocked: () => (blocked += 1),
  });
  const ask = (
    resourceType: ResourceType,
    frameId: string,
    { url = "http://ad.test/", ...headers }: Record<string, string> = {},
  ) => {
    const paused: PausedRequest = { requestId: "R", request: { url, method: "GET", headers }, frameId, resourceType };
    return blocker.rule(paused);
  };
  return { ask, judged, blocked: () => blocked };
}

describe("the ad blocker", () => {
  it("never keeps people from a page, only its frames and what they load", ({ expect }) => {
    const { ask, judged, blocked } = blockingAll();
    expect(ask("Document", "PAGE")).toBeUndefined();
    expect(ask("Document", "INNER")).toEqual({ fails: "BlockedByClient" });
    expect(ask("Image", "PAGE")).toEqual({ fails: "BlockedByClient" });
    expect(judged.map(({ type }) => type)).toEqual(["SubFrame", "Image"]);
    expect(blocked()).toBe(2);
  });

  it("leaves preflights and what never leaves the browser", ({ expect }) => {
    const { ask, judged } = blockingAll();
    expect(ask("Preflight", "PAGE")).toBeUndefined();
    expect(ask("Image", "PAGE", { url: "data:image/gif;base64," })).toBeUndefined();
    expect(ask("Document", "INNER", { url: "blob:http://page.test/1" })).toBeUndefined();
    expect(judged).toEqual([]);
  });

  it("knows who asks from the request, or else from its frame", ({ expect }) => {
    const { ask, judged } = blockingAll();
    ask("Script", "INNER", { Referer: "http://said.test/" });
    ask("Fetch", "INNER", { Origin: "http://said.test" });
    ask("Fetch", "INNER", { Origin: "null" });
    ask("Script", "INNER");
    ask("Document", "INNER");
    ask("Script", "UNKNOWN");
    expect(judged.map(({ sourceUrl }) => sourceUrl)).toEqual([
      "http://said.test/",
      "http://said.test",
      "http://inner.test/",
      "http://inner.test/",
      "http://page.test/",
      "",
    ]);
  });
});
