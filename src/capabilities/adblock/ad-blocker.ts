import type { PausedRequest, RequestHandler, RequestPattern, Ruling } from "../../cdp/fetch-broker.ts";
import { askingUrl, type FrameTree } from "../../cdp/frame-tree.ts";
import type { Blocklist } from "./blocklist.ts";

export interface AdBlockerOptions {
  /** The first that wants a request blocked has its way. */
  readonly lists: readonly Blocklist[];
  readonly frames: Pick<FrameTree, "find">;
  /** Whether the frame is a page's main one: what people open is never blocked. */
  readonly isPage: (frameId: string) => boolean;
  readonly onBlocked: () => void;
}

/** Of every kind; WebSockets do not pass here, because Chromium pauses none. */
const PATTERNS: readonly RequestPattern[] = [{ urlPattern: "*" }];
const BLOCKED: Ruling = { fails: "BlockedByClient" };

/** Keeps what filter lists name from leaving the browser. Pages see what they see with any ad blocker. */
export class AdBlocker implements RequestHandler {
  readonly #options: AdBlockerOptions;

  constructor(options: AdBlockerOptions) {
    this.#options = options;
  }

  readonly patterns = (): readonly RequestPattern[] => PATTERNS;

  readonly rule = (paused: PausedRequest): Ruling | undefined => {
    const { request, frameId, resourceType } = paused;
    const { lists, isPage, onBlocked } = this.#options;
    const isDocument = resourceType === "Document";
    // What a preflight is for has been judged before it.
    const isJudged = /^https?:/.test(request.url) && resourceType !== "Preflight";
    if (!isJudged || (isDocument && isPage(frameId))) return undefined;
    const judged = {
      url: request.url,
      sourceUrl: this.#sourceOf(paused),
      type: isDocument ? ("SubFrame" as const) : resourceType,
    };
    if (!lists.some((list) => list.blocks(judged))) return undefined;
    onBlocked();
    return BLOCKED;
  };

  /** A request names the document that it comes from, unless that document will not have it so. */
  #sourceOf(paused: PausedRequest): string {
    const { headers } = paused.request;
    const named = headers["Referer"] ?? headers["Origin"];
    return named === undefined || named === "null" ? askingUrl(this.#options.frames, paused) : named;
  }
}
