import type { Clock } from "../domain/clock.ts";
import { type BrowserEngine, type EngineBrowser, EngineError } from "../engines/engine.ts";

/** Time for a browser to start, waits for the engine's capacity included. */
export const LAUNCH_LIMIT_MS = 30_000;

export interface LaunchOptions {
  readonly engine: BrowserEngine;
  readonly clock: Clock;
  /** Answers `false` once nobody wants the browser any more; waits then end. */
  readonly wanted: () => boolean;
}

/**
 * Launches a browser; while the engine says "busy, try again in n seconds" and there is time, tries again.
 *
 * @throws EngineError with the engine's last word; `retryAfterMs` is set when the caller may try again.
 */
export async function launchBrowser({ engine, clock, wanted }: LaunchOptions): Promise<EngineBrowser> {
  const giveUpAt = clock.now() + LAUNCH_LIMIT_MS;
  for (;;) {
    try {
      return await engine.launch(AbortSignal.timeout(Math.max(1, giveUpAt - clock.now())));
    } catch (error) {
      const refusal = toEngineError(error);
      const { retryAfterMs } = refusal;
      if (retryAfterMs === undefined || !wanted() || clock.now() + retryAfterMs >= giveUpAt) throw refusal;
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }
}

function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new EngineError(`no browser within ${LAUNCH_LIMIT_MS / 1000} s`, { cause: error });
  }
  return new EngineError(error instanceof Error ? error.message : String(error), { cause: error });
}
