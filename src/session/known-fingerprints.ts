import type { ObservedFingerprint } from "../domain/session-view.ts";

/**
 * What pages of an engine's browsers observed before, by user agent. An engine's browsers of one build run on
 * one kind of host, so what one showed the next one shows; asking a page takes until its renderer has started,
 * about a fifth of a create. Lives as long as the isolate, and every session checks it anew.
 */
export class KnownFingerprints {
  readonly #byUserAgent = new Map<string, ObservedFingerprint>();

  find(userAgent: string): ObservedFingerprint | undefined {
    return this.#byUserAgent.get(userAgent);
  }

  learn(userAgent: string, fingerprint: ObservedFingerprint): void {
    // A deployment sees a handful of builds; a bound all the same.
    if (this.#byUserAgent.size >= MAX_BUILDS) this.#byUserAgent.clear();
    this.#byUserAgent.set(userAgent, fingerprint);
  }
}

const MAX_BUILDS = 100;
