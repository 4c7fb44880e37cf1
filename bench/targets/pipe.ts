import { requireOk } from "./answers.ts";
import { startServer } from "./server-process.ts";
import type { Target } from "./target.ts";

/** The simplest Worker that could do it: bench/pipe-worker/, served as Berth is. */
export async function startPipe(folder: string): Promise<Target> {
  const server = await startServer("pipe-server", folder);
  return {
    name: "pipe",
    serverPids: [server.nodePid, ...server.runtimePids],
    runtimePids: server.runtimePids,
    stop: server.stop,
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
