import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { TargetGate } from "../../cdp/target-gate.ts";
import type { TargetInfo } from "../../cdp/targets.ts";
import type { Overrides } from "./overrides.ts";
import { zoneAndLocale } from "./target-set-up.ts";

/**
 * Targets of one renderer process share its time zone and locale, and lose both with the target that had set them:
 * when it closes, or leaves the process for another site. Nobody says who that was, so all are told again.
 */
export class SharedZone {
  readonly #gate: TargetGate;
  readonly #overrides: Overrides;
  readonly #urls = new Map<string, string>();

  constructor({ gate, overrides }: { readonly gate: TargetGate; readonly overrides: Overrides }) {
    this.#gate = gate;
    this.#overrides = overrides;
  }

  /** Listens for pages that leave for another document. */
  follow(connection: CdpConnection): void {
    if (this.#overrides.timezone === null && this.#overrides.locale === null) return;
    connection.onEvent(({ method, params, sessionId }) => {
      if (method !== "Target.targetInfoChanged" || sessionId !== "") return;
      const { targetId, url } = (params as { targetInfo: TargetInfo }).targetInfo;
      if (this.#urls.get(targetId) === url) return;
      this.#urls.set(targetId, url);
      this.again(targetId);
    });
  }

  /** @param leaver the target whose process may have lost both; it sets its own in the next. */
  again(leaver: string): void {
    if (this.#gate.find(leaver) === undefined) this.#urls.delete(leaver);
    for (const { info, send } of this.#gate.all()) {
      // Whoever has gone meanwhile needs neither.
      if (info.targetId !== leaver) void Promise.allSettled(zoneAndLocale(this.#overrides, send));
    }
  }
}
