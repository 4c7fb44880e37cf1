import type { Clock } from "../domain/clock.ts";
import { type BrowserEngine, type EngineBrowser, EngineError } from "../engines/engine.ts";
import { pause, TimeLimitError, within } from "../domain/within.ts";

export interface LaunchOptions {
  readonly engine: BrowserEngine;
  /** ISO 3166-1 alpha-2; `null` for wherever the engine likes. */
  readonly location: string | null;
  readonly clock: Clock;
  /** Time for a browser to start, waits for the engine's capacity included, in milliseconds. */
  readonly limitMs: number;
  /** Answers `false` once nobody wants the browser any more; waits then end. */
  readonly wanted: () => boolean;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
}

/**
 * Launches a browser; while the engine says "busy, try again in n seconds" and there is time, tries again. A
 * browser that comes after the limit is closed again: an aborted request might leave one that nobody knows.
 *
 * @throws EngineError with the engine's last word; `retryAfterMs` is set when the caller may try again.
 */
export async function launchBrowser(options: LaunchOptions): Promise<EngineBrowser> {
  const { engine, location, clock, limitMs, wanted, background } = options;
  const giveUpAt = clock.now() + limitMs;
  for (;;) {
    const launching = engine.launch({ location });
    try {
      return await within(Math.max(1, giveUpAt - clock.now()), launching);
    } catch (error) {
      if (error instanceof TimeLimitError) {
        background(closeLate(launching));
        throw new EngineError(`no browser within ${limitMs / 1000} s`, { cause: error });
      }
      const refusal = toEngineError(error);
      const { retryAfterMs } = refusal;
      if (retryAfterMs === undefined || !wanted() || clock.now() + retryAfterMs >= giveUpAt) throw refusal;
      await pause(retryAfterMs);
    }
  }
}

async function closeLate(launching: Promise<EngineBrowser>): Promise<void> {
  try {
    const browser = await launching;
    await browser.close();
  } catch {
    // It never started, or its engine will close it for want of commands.
  }
}

function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError(error instanceof Error ? error.message : String(error), { cause: error });
}
