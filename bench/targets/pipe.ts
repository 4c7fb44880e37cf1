import { requireOk } from "./answers.ts";
import { type ServerStart, startServer } from "./server-process.ts";
import { inspectedWorker } from "./live-heap.ts";
import type { Target } from "./target.ts";

/** The simplest Worker that could do it: bench/pipe-worker/, served as Berth is. */
export async function startPipe(start: ServerStart): Promise<Target> {
  const server = await startServer("pipe-server", start);
  return {
    name: "pipe",
    serverPids: [server.nodePid, ...server.runtimePids],
    runtimePids: server.runtimePids,
    inspected: inspectedWorker(server),
    stop: server.stop,
    async queryDatabase() {
      await (await requireOk(fetch(new URL("/query", server.url)))).arrayBuffer();
    },
    async createSession() {
      const response = await requireOk(fetch(new URL("/sessions", server.url), { method: "POST" }));
      const { id } = (await response.json()) as { id: string };
      const url = new URL(`/sessions/${id}`, server.url);
      return {
        cdpUrl: url.href.replace(/^http/, "ws"),
        release: async () => {
          await (await requireOk(fetch(url, { method: "DELETE" }))).arrayBuffer();
        },
      };
    },
  };
}
