import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { TargetGate } from "../../cdp/target-gate.ts";
import type { TargetInfo } from "../../cdp/targets.ts";
import type { Overrides } from "./overrides.ts";
import { zoneAndLocale } from "./target-set-up.ts";

export interface SharedZoneOptions {
  readonly gate: TargetGate;
  readonly overrides: Overrides;
  /** Whether a client has set values of its own on the target. */
  readonly isLent: (targetId: string) => boolean;
}

/**
 * Targets of one renderer process share its time zone and locale, and lose both with the target that had set them:
 * when it closes, or leaves the process for another site. Nobody says who that was, so all are told again.
 */
export class SharedZone {
  readonly #gate: TargetGate;
  readonly #overrides: Overrides;
  readonly #isLent: (targetId: string) => boolean;
  readonly #urls = new Map<string, string>();

  constructor({ gate, overrides, isLent }: SharedZoneOptions) {
    this.#gate = gate;
    this.#isLent = isLent;
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
      if (info.targetId === leaver || this.#isLent(info.targetId)) continue;
      // Whoever has gone meanwhile needs neither.
      void Promise.allSettled(zoneAndLocale(this.#overrides, send));
    }
  }
}
