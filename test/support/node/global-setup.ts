import type { TestProject } from "vitest/node";
import { listBrowsers } from "./processes.ts";
import { type BerthServer, startBerthServer } from "./berth-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The one server of the run. */
    readonly berth: BerthServer;
  }
}

const GONE_WITHIN_MS = 10_000;

/** One server for the whole run; at its end no session of any test may have left a browser. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startBerthServer();
  project.provide("berth", server);
  return async () => {
    const left = await browsersLeft();
    await stop();
    if (left > 0) throw new Error(`${left} browsers were still running after the last test`);
  };
}

async function browsersLeft(): Promise<number> {
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (listBrowsers().length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return listBrowsers().length;
}
