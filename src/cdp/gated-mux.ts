import { CDP_ERROR, type CdpCommand, type CdpError } from "./messages.ts";
import type { MuxClient, MuxSession } from "./mux-client.ts";
import type { GatedTarget, TargetGate } from "./target-gate.ts";

/** What became of a command that Berth sent in a client's place. */
export type Outcome = { readonly result: object } | { readonly error: CdpError };

export interface GatedMuxOptions {
  readonly gate: TargetGate;
  /**
   * Overrides that Chromium grants to one protocol session of a renderer only, and that Berth's session has: by
   * command, the parameters that are in force.
   */
  readonly owned: ReadonlyMap<OwnedOverride, Readonly<Record<string, string>>>;
}

/** "Another … override is already in effect" for every session but the first (`inspector_emulation_agent.cc`). */
export type OwnedOverride = "Emulation.setTimezoneOverride" | "Emulation.setLocaleOverride";

const isOwnedOverride = (method: string): method is OwnedOverride =>
  method === "Emulation.setTimezoneOverride" || method === "Emulation.setLocaleOverride";

const isBlank = (url: unknown): boolean => url === undefined || url === "" || url === "about:blank";

/** What clients' commands meet where Berth sets up targets of its own accord. */
export class GatedMux {
  readonly #gate: TargetGate;
  readonly #owned: GatedMuxOptions["owned"];
  /** Targets where a client's value stands in place of Berth's. */
  readonly #lent = new Map<string, MuxClient>();

  constructor({ gate, owned }: GatedMuxOptions) {
    this.#gate = gate;
    this.#owned = owned;
  }

  /** Until when the command has to wait: nothing runs before it is set up. */
  heldUntil({ target }: MuxSession, { method }: CdpCommand): Promise<void> | undefined {
    return target === undefined ? undefined : this.#gate.holds(target.id, method);
  }

  /** Whether a client's resume of the target, which is about to be sent, would be one too many. */
  isResumed({ target }: MuxSession): boolean {
    return target !== undefined && !this.#gate.takesResume(target.id);
  }

  /** Applies a client's own override through the session that may; `undefined` for any other command. */
  override({ client, target }: MuxSession, { method, params }: CdpCommand): Promise<Outcome> | undefined {
    if (!isOwnedOverride(method) || target === undefined) return undefined;
    const ours = this.#owned.get(method);
    const gated = this.#gate.find(target.id);
    if (ours === undefined || gated === undefined) return undefined;
    const value = method === "Emulation.setTimezoneOverride" ? params["timezoneId"] : params["locale"];
    const clears = value === undefined || value === "";
    if (!clears) this.#lent.set(target.id, client);
    return this.#run(method, clears ? ours : params, gated);
  }

  /** Whether a client's value stands in place of Berth's on the target. */
  isLent(targetId: string): boolean {
    return this.#lent.has(targetId);
  }

  /** A client left: what it had overridden is Berth's again. */
  clientLeft(client: MuxClient): void {
    for (const [targetId, borrower] of this.#lent) {
      if (borrower !== client) continue;
      this.#lent.delete(targetId);
      const gated = this.#gate.find(targetId);
      // A page that closes meanwhile needs neither.
      for (const [method, ours] of this.#owned) {
        if (gated) void this.#run(method, ours, gated);
      }
    }
  }

  /**
   * Chromium starts loading the URL of a new tab before anybody can set the tab up, so it is opened blank first.
   *
   * @returns what to call with the new tab's id, or `undefined` when its URL may stand.
   */
  opensLater(url: unknown): ((targetId: string) => Promise<void>) | undefined {
    if (isBlank(url) || typeof url !== "string") return undefined;
    return async (targetId) => {
      await this.#gate.whenSetUp(targetId);
      // Sent, and no more: the page may take its time. An error page is what the client would see, too.
      const gated = this.#gate.find(targetId);
      gated?.send("Page.navigate", { url }).catch(() => undefined);
    };
  }

  /** Never rejects. */
  async #run(method: OwnedOverride, params: CdpCommand["params"], target: GatedTarget): Promise<Outcome> {
    try {
      // What a client sends is the browser's to judge; the result is `{}`.
      return { result: (await target.send(method, params)) as unknown as object };
    } catch (error) {
      return { error: { code: CDP_ERROR.server, message: error instanceof Error ? error.message : String(error) } };
    }
  }
}
