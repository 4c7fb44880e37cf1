import type { FrameTree, KnownFrame } from "../../cdp/frame-tree.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";
import { matchesAny } from "../../domain/match-pattern.ts";
import type { EmulatedExtension } from "./emulated-extension.ts";
import { linkExpression, type PageCode, pageCode } from "./page-code.ts";
import type { FoundLink, Places } from "./places.ts";

export interface ContentScriptsOptions {
  readonly extensions: readonly EmulatedExtension[];
  /** Source of what plays the browser's part in pages. */
  readonly kit: string;
  readonly frames: FrameTree;
  readonly places: Places;
  readonly isHidden: (targetId: string) => boolean;
  /** Documents are there that earlier instances of this have run scripts in. */
  readonly isResumed: boolean;
}

/** What a target has been given, to be taken back. */
interface Given {
  readonly send: GatedTarget["send"];
  readonly scripts: readonly Promise<{ readonly identifier: string }>[];
}

/** Runs extensions' content scripts in every document that they are for, and listens to them. */
export class ContentScripts implements TargetObserver {
  readonly readsNetwork = false;
  readonly #options: ContentScriptsOptions;
  #written: readonly PageCode[] | undefined;
  readonly #given = new Map<string, Given>();

  constructor(options: ContentScriptsOptions) {
    this.#options = options;
    options.frames.onDocument((frame) => {
      for (const extension of options.extensions) this.#listen(extension, frame);
    });
  }

  setUp({ info, send }: GatedTarget): readonly Promise<unknown>[] {
    if ((info.type !== "page" && info.type !== "iframe") || this.#options.isHidden(info.targetId)) return [];
    const scripts = this.#code().map((code) =>
      send("Page.addScriptToEvaluateOnNewDocument", { ...code, runImmediately: false }),
    );
    if (info.type === "page") this.#given.set(info.targetId, { send, scripts });
    // Without `Page.enable` Chromium takes a script and does not run it (`inspector_page_agent.cc`).
    return [send("Page.enable", undefined), ...scripts];
  }

  /** Not before a target is set up: what the session shows, and in which language, is known by then. */
  #code(): readonly PageCode[] {
    const { extensions, kit } = this.#options;
    return (this.#written ??= extensions.flatMap((extension) => [...pageCode(extension, kit)]));
  }

  async leave(targetId: string): Promise<void> {
    const given = this.#given.get(targetId);
    if (given === undefined) return;
    try {
      const scripts = await Promise.all(given.scripts);
      await Promise.all(
        scripts.map(({ identifier }) => given.send("Page.removeScriptToEvaluateOnNewDocument", { identifier })),
      );
    } catch {
      // A tab that has closed meanwhile runs nothing.
    }
  }

  handle(): void {
    // Documents are told of by the frame tree.
  }

  gone({ info }: GatedTarget): void {
    this.#given.delete(info.targetId);
  }

  #listen(extension: EmulatedExtension, frame: KnownFrame): void {
    const { id: frameId, url, target } = frame;
    const { pageId = "" } = target;
    if (this.#options.isHidden(pageId)) return;
    const isOwn = url.startsWith(`${extension.origin}/`);
    if (!isOwn && !this.#isExpected(extension, frame)) return;
    const where = { extension, isForeign: !isOwn, url, pageId, frameId };
    void this.#options.places.follow(where, isOwn ? linkOfPage(frame) : linkOfWorld(extension, frame));
  }

  /** Roughly, and never wrongly `false`: in the document itself more is known of it. */
  #isExpected({ groups, permissions }: EmulatedExtension, { url, parentId }: KnownFrame): boolean {
    // Scripts that were run by `scripting` may listen as well.
    if (this.#options.isResumed && permissions.includes("scripting")) return true;
    const isWeb = /^https?:/.test(url);
    return groups.some(({ isInPage, allFrames, matches, matchesBlank, matchesByOrigin }) => {
      if (isInPage || (parentId !== undefined && !allFrames)) return false;
      return isWeb ? matchesAny(matches, url) : matchesBlank || matchesByOrigin;
    });
  }
}

/** In the extension's world, which is there already if its scripts run in the document. */
async function linkOfWorld(
  { name }: EmulatedExtension,
  { id: frameId, target: { send } }: KnownFrame,
): Promise<FoundLink | undefined> {
  const { executionContextId: contextId } = await send("Page.createIsolatedWorld", { frameId, worldName: name });
  const { result } = await send("Runtime.evaluate", { expression: linkExpression, contextId, silent: true });
  return result.objectId === undefined ? undefined : { send, objectId: result.objectId };
}

/** In an extension's own page: as of another site than whatever is around it, it has a target of its own. */
async function linkOfPage({ id: frameId, target: { info, send } }: KnownFrame): Promise<FoundLink | undefined> {
  if (frameId !== info.targetId) return undefined;
  const { result } = await send("Runtime.evaluate", { expression: linkExpression, silent: true });
  return result.objectId === undefined ? undefined : { send, objectId: result.objectId };
}
