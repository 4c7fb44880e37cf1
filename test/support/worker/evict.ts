import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";

/**
 * What an eviction takes: the object's memory, and its socket to the browser. A real one waits for that socket; a reset
 * does not.
 */
export async function evict(sessionId: string): Promise<void> {
  const object = env.SESSIONS.getByName(sessionId);
  const reset = runInDurableObject(object, (_instance, state) => state.abort("reset by the test"));
  await expect(reset).rejects.toThrow("reset by the test");
}
