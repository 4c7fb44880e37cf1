import type { Transport } from "../cdp/transport.ts";

/** What an engine is like, known before any launch. */
export interface EngineFeatures {
  /**
   * The engine lends a browser that others use too: a session must keep to browser contexts of its own,
   * and closing it closes those contexts only.
   */
  readonly sharesBrowser: boolean;
}

/** A running browser that an engine gave. */
export interface EngineBrowser {
  /** Opaque; enough for `resume` to find the browser again. */
  readonly browserId: string;
  /** Opens a CDP socket to the browser; may be called again after the last one broke. */
  connect(): Promise<Transport>;
  /** Ends the browser. Idempotent: a browser that is gone is success. */
  close(): Promise<void>;
}

/** Where browsers come from. */
export interface BrowserEngine {
  readonly name: string;
  readonly features: EngineFeatures;
  /**
   * Starts a browser.
   *
   * @throws EngineError when there is none to be had.
   */
  launch(signal: AbortSignal): Promise<EngineBrowser>;
  /** A handle on a browser launched earlier, by any instance; no I/O happens. */
  resume(browserId: string): EngineBrowser;
}

/** A refusal by the engine; `retryAfterMs` is set when trying again makes sense. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}
