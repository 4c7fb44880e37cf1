import { setTimeout as sleep } from "node:timers/promises";
import { CdpClient } from "../cdp-client.ts";
import type { ServerReady } from "./server-process.ts";

/** The Worker under test, among the isolates that Miniflare has for its own use. */
const WORKER = "core:user:berth";
const ATTEMPTS = 20;
const ATTEMPT_MS = 500;

/** Where a Worker is inspected, and a request that it answers without doing anything. */
export interface InspectedWorker {
  readonly inspectorUrl: string;
  readonly healthUrl: string;
}

/** From what a server tells once it serves. */
export function inspectedWorker({ url, inspectorUrl }: ServerReady): InspectedWorker | undefined {
  return inspectorUrl === undefined ? undefined : { inspectorUrl, healthUrl: new URL("/health", url).href };
}

/**
 * What the objects in the Worker's own isolate take after a full collection, in KiB. The local emulator of the
 * browser binding has an isolate of its own, which is not counted.
 */
export async function liveHeapKib({ inspectorUrl, healthUrl }: InspectedWorker): Promise<number> {
  const inspector = await CdpClient.open(new URL(`/${WORKER}`, inspectorUrl).href);
  try {
    // The inspector keeps the last thousand log lines, which the Worker itself does not.
    await inspector.send("Runtime.discardConsoleEntries");
    await inspector.send("HeapProfiler.enable");
    const collected = inspector.send("HeapProfiler.collectGarbage").then(() => true);
    for (let attempt = 1; ; attempt += 1) {
      // The collection is a task of the isolate, which has its turn when a request comes.
      await (await fetch(healthUrl)).arrayBuffer();
      if (await Promise.race([collected, sleep(ATTEMPT_MS, false)])) break;
      if (attempt === ATTEMPTS) throw new Error("The Worker does not collect its garbage.");
    }
    const { result } = await inspector.send("Runtime.getHeapUsage");
    return Number(result?.["usedSize"]) / 1024;
  } finally {
    inspector.close();
  }
}
