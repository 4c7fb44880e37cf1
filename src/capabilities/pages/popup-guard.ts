import type { Protocol } from "devtools-protocol";
import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { PausedRequest, RequestHandler, Ruling } from "../../cdp/fetch-broker.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";

const PATTERNS = [{ resourceType: "Document" as const }];

export interface PopupGuardOptions {
  readonly connection: CdpConnection;
  /** The page that opened this one, by their target ids. */
  readonly openerOf: (targetId: string) => string | undefined;
  readonly onBlocked: () => void;
}

/**
 * Closes windows that open by no person's doing: links and forms that a script sends to a window of their own. What
 * `window.open` would open is not opened in the first place, by a script.
 */
export class PopupGuard implements TargetObserver, RequestHandler {
  readonly readsNetwork = false;
  readonly #options: PopupGuardOptions;
  /** By the page's target id, windows that are to come and that nobody asked for. */
  readonly #unasked = new Map<string, number>();
  readonly #closing = new Set<string>();

  constructor(options: PopupGuardOptions) {
    this.#options = options;
  }

  setUp({ info }: GatedTarget): readonly Promise<unknown>[] {
    const opener = info.openerId ?? "";
    const unasked = this.#unasked.get(opener) ?? 0;
    if (info.type !== "page" || unasked === 0) return [];
    this.#unasked.set(opener, unasked - 1);
    this.#closing.add(info.targetId);
    const { connection, onBlocked } = this.#options;
    onBlocked();
    connection.send("Target.closeTarget", { targetId: info.targetId }).catch(() => undefined);
    return [];
  }

  handle({ pageId }: GatedTarget, method: string, params: unknown): void {
    if (method !== "Page.windowOpen" || pageId === undefined) return;
    if ((params as Protocol.Page.WindowOpenEvent).userGesture) return;
    this.#unasked.set(pageId, (this.#unasked.get(pageId) ?? 0) + 1);
  }

  readonly patterns = () => PATTERNS;

  /** A window without an opener asks for its document before anybody can be attached to it. */
  readonly rule = ({ frameId, resourceType }: PausedRequest): Ruling | undefined => {
    if (resourceType !== "Document") return undefined;
    const isUnasked = (this.#unasked.get(this.#options.openerOf(frameId) ?? "") ?? 0) > 0;
    return isUnasked || this.#closing.has(frameId) ? { fails: "BlockedByClient" } : undefined;
  };

  gone({ info }: GatedTarget): void {
    this.#closing.delete(info.targetId);
    this.#unasked.delete(info.targetId);
  }
}
