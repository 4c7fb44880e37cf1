import type { Transport } from "../cdp/transport.ts";

/** What an engine is like, known before any launch. */
export interface EngineFeatures {
  /**
   * The engine lends a browser that others use too: a session must keep to browser contexts of its own,
   * and closing it closes those contexts only.
   */
  readonly sharesBrowser: boolean;
  /** Whether a launch takes a country, and the browser then sends its traffic from there. */
  readonly hasLocations: boolean;
}

export interface EngineLaunch {
  /** ISO 3166-1 alpha-2; `null` for wherever the engine likes. */
  readonly location: string | null;
}

/** A running browser that an engine gave. */
export interface EngineBrowser {
  /** Opaque; enough for `resume` to find the browser again. */
  readonly browserId: string;
  /**
   * Opens a CDP socket to the browser; may be called again after the last one broke.
   *
   * @throws BrowserGoneError when the engine has no such browser any more; EngineError when it did not answer
   * as it should, and may do so later.
   */
  connect(): Promise<Transport>;
  /** Ends the browser. Idempotent: a browser that is gone is success. */
  close(): Promise<void>;
}

/** A browser that runs at an engine, whoever launched it. */
export interface ListedBrowser {
  readonly browserId: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Whether a CDP socket to it is open. */
  readonly connected: boolean;
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
  launch(options: EngineLaunch): Promise<EngineBrowser>;
  /** A handle on a browser launched earlier, by any instance; no I/O happens. */
  resume(browserId: string): EngineBrowser;
  /**
   * Browsers that run now and that were launched for sessions, of other users of the engine too. None where
   * sessions share a browser: it is nobody's to close.
   *
   * @throws EngineError when the engine does not tell.
   */
  list(): Promise<readonly ListedBrowser[]>;
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

/** The browser is gone for good: connecting again cannot help. */
export class BrowserGoneError extends EngineError {
  /** Whether it crashed, or was closed or evicted, as the engine says; `undefined` when it does not say. */
  readonly crashed: boolean | undefined;

  constructor(message: string, options: { readonly crashed?: boolean | undefined; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.crashed = options.crashed;
  }
}
