import type { Protocol } from "devtools-protocol";
import type { GatedTarget } from "./target-gate.ts";
import type { TargetObserver } from "./target-observer.ts";

/**
 * Chromium closes dialogs that nobody hears of; it takes Berth's own `Page.enable` for somebody. So those that no
 * client hears of are closed here, as the browser would have.
 */
export class DialogGuard implements TargetObserver {
  readonly readsNetwork = false;
  readonly #isHeard: (targetId: string) => boolean;

  /** @param isHeard whether a client has the Page domain of this target on. */
  constructor(isHeard: (targetId: string) => boolean) {
    this.#isHeard = isHeard;
  }

  setUp(): readonly Promise<unknown>[] {
    return [];
  }

  handle({ info, send }: GatedTarget, method: string, params: unknown): void {
    if (method !== "Page.javascriptDialogOpening" || this.#isHeard(info.targetId)) return;
    // Nobody is there to keep a page from being left.
    const accept = (params as Protocol.Page.JavascriptDialogOpeningEvent).type === "beforeunload";
    send("Page.handleJavaScriptDialog", { accept }).catch(() => undefined);
  }

  gone(): void {
    // Its dialogs go with it.
  }
}
