import { requireOk } from "./answers.ts";
import { type ServerStart, startServer } from "./server-process.ts";
import { inspectedWorker } from "./live-heap.ts";
import type { Target } from "./target.ts";

/** Berth's production build, as `npm start` serves it. */
export async function startBerth(start: ServerStart): Promise<Target> {
  const server = await startServer("berth-server", start);
  const authorization = `Bearer ${server.apiKey ?? ""}`;
  return {
    name: "berth",
    serverPids: [server.nodePid, ...server.runtimePids],
    runtimePids: server.runtimePids,
    inspected: inspectedWorker(server),
    stop: server.stop,
    async createSession(stealth = "none") {
      const headers = { authorization, "content-type": "application/json" };
      const response = await requireOk(
        fetch(new URL("/v1/sessions", server.url), { method: "POST", headers, body: JSON.stringify({ stealth }) }),
      );
      const { id, cdpUrl } = (await response.json()) as { id: string; cdpUrl: string };
      return {
        cdpUrl,
        release: async () => {
          const url = new URL(`/v1/sessions/${id}`, server.url);
          await (await requireOk(fetch(url, { method: "DELETE", headers: { authorization } }))).arrayBuffer();
        },
      };
    },
  };
}
