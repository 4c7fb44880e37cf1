import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";

/** Runs scripts in every document, before any script of its own. */
export class PageScripts implements TargetObserver {
  readonly readsNetwork = false;
  readonly #sources: readonly string[];

  constructor(sources: readonly string[]) {
    this.#sources = sources;
  }

  setUp({ info, send }: GatedTarget): readonly Promise<unknown>[] {
    if (info.type !== "page" && info.type !== "iframe") return [];
    const scripts = this.#sources.map((source) =>
      send("Page.addScriptToEvaluateOnNewDocument", { source, runImmediately: true }),
    );
    // Without `Page.enable` Chromium takes a script and does not run it (`inspector_page_agent.cc`).
    return [send("Page.enable", undefined), ...scripts];
  }

  handle(): void {
    // Scripts tell nothing.
  }

  gone(): void {
    // They go with their documents.
  }
}
