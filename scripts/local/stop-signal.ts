import process from "node:process";

const SIGNALS: readonly string[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Resolves when this process should stop: a signal, or the end of scripts/run.mjs. Other listeners for these
 * signals are taken off as they come: the local browser binding adds one for every browser it launches, which
 * ends this process at once, with the other browsers left running.
 */
export function waitForStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) {
      process.removeAllListeners(signal);
    }
    const listeners = new Map(SIGNALS.map((signal) => [signal, () => resolve(signal)]));
    for (const [signal, listener] of listeners) {
      process.on(signal, listener);
    }
    process.on("newListener", (event, listener) => {
      if (typeof event === "string" && listeners.has(event) && listeners.get(event) !== listener) {
        queueMicrotask(() => process.off(event, listener));
      }
    });
    if (process.channel) {
      process.once("disconnect", () => resolve("disconnect"));
    }
  });
}
