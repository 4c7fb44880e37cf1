import type { Clock, IdSource } from "./domain/clock.ts";
import { createEngine } from "./engines/index.ts";
import { createLogger } from "./observability/logger.ts";

/** The only reader of the time. */
export const systemClock: Clock = { now: () => Date.now() };
export const ids: IdSource = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  uuid: () => crypto.randomUUID(),
};
export const logger = createLogger();

/** @throws EngineError for an engine that is not set up. */
export function engineOf(env: Cloudflare.Env) {
  return createEngine(env.ENGINE, {
    browser: env.BROWSER,
    cdpEndpoint: env.CDP_ENDPOINT,
    fetch: (url, init) => fetch(url, init),
  });
}
