import { requireOk } from "./answers.ts";
import { type ServerProcess, type ServerStart, startServer } from "./server-process.ts";
import { inspectedWorker } from "./live-heap.ts";
import type { BenchSession, Profiles, Target } from "./target.ts";

/** The operator's pool of one proxy, made when a session first wants it; answers what a request names it by. */
async function proxyThrough(server: ServerProcess, port: number): Promise<object> {
  const named = { proxy: { type: "datacenter" } };
  if (POOLED.get(server) === port) return named;
  const headers = { authorization: `Bearer ${server.adminToken ?? ""}`, "content-type": "application/json" };
  const pools = new URL("/admin/proxy-pools", server.url);
  const { items } = (await (await requireOk(fetch(pools, { headers }))).json()) as { items: { id: string }[] };
  // A proxy of an earlier round is gone.
  for (const { id } of items) await requireOk(fetch(`${pools.href}/${id}`, { method: "DELETE", headers }));
  const pool = { name: "bench", type: "datacenter", host: "127.0.0.1", port };
  await requireOk(fetch(pools, { method: "POST", headers, body: JSON.stringify(pool) }));
  POOLED.set(server, port);
  return named;
}

const POOLED = new WeakMap<ServerProcess, number>();

function profilesOf(server: ServerProcess, authorization: string): Profiles {
  let made = 0;
  const ask = (path: string, method: string, body?: object): Promise<Response> => {
    const headers = { authorization, "content-type": "application/json" };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return requireOk(fetch(new URL(path, server.url), { method, headers, ...text }));
  };
  const create = async (from: object): Promise<string> => {
    made += 1;
    const body = { name: `bench ${made} ${crypto.randomUUID()}`, ...from };
    return ((await (await ask("/v1/profiles", "POST", body)).json()) as { id: string }).id;
  };
  return {
    create: () => create({}),
    copyOf: async ({ id }) => void (await create({ sessionId: id })),
    saveAndRelease: async ({ id }) => {
      await (await ask(`/v1/sessions/${id}?saveProfile=true`, "DELETE")).arrayBuffer();
    },
  };
}

async function createBlocking(server: ServerProcess, blocksAds: boolean): Promise<BenchSession> {
  const key = { "anchor-api-key": server.apiKey ?? "" };
  const wanted = { session: { recording: { active: false } }, browser: { adblock: { active: blocksAds } } };
  const headers = { ...key, "content-type": "application/json" };
  const url = new URL("/v1/sessions", server.url);
  const answer = await requireOk(fetch(url, { method: "POST", headers, body: JSON.stringify(wanted) }));
  const { data } = (await answer.json()) as { data: { id: string; cdp_url: string } };
  return {
    id: data.id,
    cdpUrl: data.cdp_url,
    release: async () => {
      await (await requireOk(fetch(`${url.href}/${data.id}`, { method: "DELETE", headers: key }))).arrayBuffer();
    },
  };
}

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
    profiles: profilesOf(server, authorization),
    async createSession({ stealth = "none", proxyPort, profileId, isRecorded = false, blocksAds } = {}) {
      if (blocksAds !== undefined) return createBlocking(server, blocksAds);
      const headers = { authorization, "content-type": "application/json" };
      const profile = profileId === undefined ? {} : { profileId };
      const recording = isRecorded ? { recording: { har: true, screenshots: true, video: true } } : {};
      const body = {
        stealth,
        ...profile,
        ...recording,
        ...(proxyPort !== undefined && (await proxyThrough(server, proxyPort))),
      };
      const response = await requireOk(
        fetch(new URL("/v1/sessions", server.url), { method: "POST", headers, body: JSON.stringify(body) }),
      );
      const { id, cdpUrl } = (await response.json()) as { id: string; cdpUrl: string };
      return {
        id,
        cdpUrl,
        liveViewUrl: async () => {
          const url = new URL(`/v1/sessions/${id}/pages`, server.url);
          const pages = await requireOk(fetch(url, { headers: { "anchor-api-key": server.apiKey ?? "" } }));
          return ((await pages.json()) as readonly { frontend_url: string }[])[0]?.frontend_url ?? "";
        },
        release: async () => {
          const url = new URL(`/v1/sessions/${id}`, server.url);
          await (await requireOk(fetch(url, { method: "DELETE", headers: { authorization } }))).arrayBuffer();
        },
      };
    },
  };
}
