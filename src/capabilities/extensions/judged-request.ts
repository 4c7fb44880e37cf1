import type { PausedRequest, ResourceType } from "../../cdp/fetch-broker.ts";
import type { FrameTree, KnownFrame } from "../../cdp/frame-tree.ts";
import { type PreparedRequest, prepare } from "../../domain/net-rules/rule-matcher.ts";
import {
  REQUEST_METHODS,
  type RuledRequest,
  type RuleMethod,
  type RuleResourceType,
} from "../../domain/net-rules/rule.ts";
import type { JudgedRequest } from "./declarative-rules.ts";
import { areOfOneSite } from "./sites.ts";

export interface JudgeableOptions {
  readonly frames: Pick<FrameTree, "find">;
  /** Whether the frame is a page's main one. */
  readonly isPage: (frameId: string) => boolean;
  /** The number by which extensions know the tab of a page. */
  readonly tabIdOf: (pageId: string) => number;
}

/** chrome.tabs.TAB_ID_NONE */
const NO_TAB = -1;

/** What requests are for, in Chromium's words and in those of rules. */
export const RULE_TYPES: Readonly<Record<ResourceType, readonly RuleResourceType[]>> = {
  CSPViolationReport: ["csp_report"],
  Document: ["main_frame", "sub_frame"],
  EventSource: ["xmlhttprequest"],
  FedCM: ["other"],
  Fetch: ["xmlhttprequest"],
  Font: ["font"],
  Image: ["image"],
  Manifest: ["other"],
  Media: ["media"],
  Other: ["other"],
  Ping: ["ping"],
  Prefetch: ["other"],
  Preflight: ["xmlhttprequest"],
  Script: ["script"],
  SignedExchange: ["other"],
  Stylesheet: ["stylesheet"],
  TextTrack: ["media"],
  WebSocket: ["websocket"],
  XHR: ["xmlhttprequest"],
};

const isJudgeable = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);
const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && isJudgeable(url) ? new URL(url).hostname : undefined;

/** @returns a request as rules judge it; `undefined` for one that they are never about. */
export function toJudged(paused: PausedRequest, options: JudgeableOptions): JudgedRequest | undefined {
  const { request, frameId, resourceType } = paused;
  if (!isJudgeable(request.url)) return undefined;
  const { frames, isPage, tabIdOf } = options;
  const frame = frames.find(frameId);
  const isDocument = resourceType === "Document";
  const type = isDocument ? (isPage(frameId) ? "main_frame" : "sub_frame") : (RULE_TYPES[resourceType][0] ?? "other");
  // What a frame is to show is asked for by the one around it.
  const asking = isDocument ? frame && parentOf(frame, frames) : frame;
  const around = asking ? [...chain(asking, frames)] : [];
  const initiator = type === "main_frame" ? named(request.headers) : (documentOf(around) ?? named(request.headers));
  const pageId = frame?.target.pageId ?? (isPage(frameId) ? frameId : undefined);
  const tabId = pageId === undefined ? NO_TAB : tabIdOf(pageId);
  const topUrl = type === "main_frame" ? request.url : around.at(-1)?.url;
  const about = { topHost: hostOf(topUrl), tabId };
  const asked = {
    ...about,
    url: request.url,
    type,
    method: methodOf(request.method),
    initiatorHost: hostOf(initiator),
  };
  return {
    request: prepare({ ...asked, isThirdParty: () => isThirdParty(asked) }),
    frames: () => around.filter(({ url }) => isJudgeable(url)).map((each) => asRequest(each, frames, about)),
    touches: isDocument || initiator === undefined ? [request.url] : [request.url, initiator],
  };
}

/** A frame's document as the request that brought it. */
function asRequest(
  { url, parentId }: KnownFrame,
  frames: JudgeableOptions["frames"],
  about: Pick<RuledRequest, "topHost" | "tabId">,
): PreparedRequest {
  const type = parentId === undefined ? "main_frame" : "sub_frame";
  const initiatorHost = parentId === undefined ? undefined : hostOf(frames.find(parentId)?.url);
  const asked = { ...about, url: url.replace(/#.*/, ""), type, method: "get", initiatorHost } as const;
  return prepare({ ...asked, isThirdParty: () => isThirdParty(asked) });
}

function isThirdParty({ url, initiatorHost }: Pick<RuledRequest, "url" | "initiatorHost">): boolean {
  return initiatorHost === undefined || !areOfOneSite(new URL(url).hostname, initiatorHost);
}

const parentOf = ({ parentId }: KnownFrame, frames: JudgeableOptions["frames"]): KnownFrame | undefined =>
  parentId === undefined ? undefined : frames.find(parentId);

function* chain(frame: KnownFrame, frames: JudgeableOptions["frames"]): Iterable<KnownFrame> {
  for (let each: KnownFrame | undefined = frame; each; each = parentOf(each, frames)) yield each;
}

/** Documents without an address of their own are of the one around them. */
const documentOf = (around: readonly KnownFrame[]): string | undefined =>
  around.find(({ url }) => !/^(?:about|blob|data|javascript):/.test(url))?.url;

/** A request names who asks, unless that will not have it so. */
function named(headers: Readonly<Record<string, string>>): string | undefined {
  const from = headers["Origin"] === "null" ? undefined : headers["Origin"];
  return from ?? headers["Referer"];
}

function methodOf(method: string): RuleMethod {
  const lower = method.toLowerCase();
  return REQUEST_METHODS.find((each) => each === lower) ?? "other";
}
