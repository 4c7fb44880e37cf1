import type { HeaderEntry, PausedRequest, RequestHandler, RequestPattern, Ruling } from "../../cdp/fetch-broker.ts";
import { askingUrl, type FrameTree } from "../../cdp/frame-tree.ts";
import { EXTENSION_DOMAIN } from "../../domain/extension-origin.ts";
import { areTexts, isList, isObject } from "../../domain/json-shapes.ts";
import { matchesAny, matchesGlob } from "../../domain/match-pattern.ts";
import type { EmulatedExtension } from "./emulated-extension.ts";
import { mediaTypeOf } from "./media-types.ts";

export interface AccessibleFilesOptions {
  readonly extensions: readonly EmulatedExtension[];
  readonly frames: Pick<FrameTree, "find">;
  /** Whether the frame is a page's main one. */
  readonly isPage: (frameId: string) => boolean;
}

const PATTERNS: readonly RequestPattern[] = [{ urlPattern: `https://*.${EXTENSION_DOMAIN}/*` }];
const BLOCKED: Ruling = { fails: "BlockedByClient" };

/** Answers requests for extensions' files, to those who may have them: nobody else does, and nothing leaves. */
export class AccessibleFiles implements RequestHandler {
  readonly #options: AccessibleFilesOptions;

  constructor(options: AccessibleFilesOptions) {
    this.#options = options;
  }

  readonly patterns = (): readonly RequestPattern[] => PATTERNS;

  readonly rule = (paused: PausedRequest): Ruling | undefined => {
    const { url } = paused.request;
    if (!URL.canParse(url)) return undefined;
    const { hostname, origin, pathname } = new URL(url);
    if (!hostname.endsWith(`.${EXTENSION_DOMAIN}`)) return undefined;
    const extension = this.#options.extensions.find((each) => each.origin === origin);
    const path = decoded(pathname.slice(1));
    const file = extension?.files.get(path);
    if (extension === undefined || file === undefined || !this.#mayHave(extension, path, paused)) return BLOCKED;
    return { answer: { status: 200, headers: headersOf(path), body: file.toBase64() } };
  };

  #mayHave(extension: EmulatedExtension, path: string, paused: PausedRequest): boolean {
    const { headers } = paused.request;
    const isOpened = paused.resourceType === "Document" && this.#options.isPage(paused.frameId);
    const named = headers["Origin"] ?? headers["Referer"];
    // An address that was typed, or opened by a client or by the extension itself.
    if (isOpened && named === undefined) return true;
    const asking = named === undefined || named === "null" ? askingUrl(this.#options.frames, paused) : named;
    return asking.startsWith(`${extension.origin}/`) || isAccessible(extension, path, asking);
  }
}

/** Whether a page may have a file, by the manifest's `web_accessible_resources`. */
function isAccessible({ manifest }: EmulatedExtension, path: string, asking: string): boolean {
  const { web_accessible_resources: entries } = manifest;
  if (!isList(entries)) return false;
  return entries.filter(isObject).some(({ resources, matches }) => {
    const isNamed = areTexts(resources) && resources.some((each) => matchesGlob(each.replace(/^\//, ""), path));
    return isNamed && areTexts(matches) && matchesAny(matches, withPath(asking));
  });
}

/** An origin is shown without the slash that addresses have. */
const withPath = (asking: string): string => (URL.canParse(asking) ? new URL(asking).href : asking);

const headersOf = (path: string): readonly HeaderEntry[] => [
  { name: "Content-Type", value: mediaTypeOf(path) },
  { name: "Access-Control-Allow-Origin", value: "*" },
  { name: "Cross-Origin-Resource-Policy", value: "cross-origin" },
  { name: "Cache-Control", value: "no-cache" },
];

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
