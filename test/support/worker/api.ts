import { exports } from "cloudflare:workers";

const ORIGIN = "http://berth.test";
const ADMIN = { Authorization: "Bearer test-admin-token", "Content-Type": "application/json" };

/** A request to the Worker under test. */
export function callWorker(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
}

async function admin<T>(path: string, body: object): Promise<T> {
  const response = await callWorker(`/admin${path}`, { method: "POST", headers: ADMIN, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json<T>();
}

/** An account with one API key. */
export interface Tenant {
  readonly accountId: string;
  readonly apiKey: string;
  meshbrow(path: string, init?: RequestInit): Promise<Response>;
  anchor(path: string, init?: RequestInit): Promise<Response>;
  /** Anchor's dialect, too. */
  upload(path: string, form: FormData): Promise<Response>;
}

export async function createTenant(plan = "scale"): Promise<Tenant> {
  const { id } = await admin<{ id: string }>("/accounts", { name: "test", plan });
  const { key } = await admin<{ key: string }>(`/accounts/${id}/keys`, { name: "test" });
  const json = { "Content-Type": "application/json" };
  return {
    accountId: id,
    apiKey: key,
    meshbrow: (path, init) => callWorker(path, { ...init, headers: { Authorization: `Bearer ${key}`, ...json } }),
    anchor: (path, init) => callWorker(path, { ...init, headers: { "anchor-api-key": key, ...json } }),
    upload: (path, form) => callWorker(path, { method: "POST", headers: { "anchor-api-key": key }, body: form }),
  };
}

/** Opens a socket below the Worker; fails when the Worker does not upgrade. */
export async function openSocket(url: string): Promise<WebSocket> {
  const { pathname, search } = new URL(url);
  const response = await callWorker(`${pathname}${search}`, { headers: { Upgrade: "websocket" } });
  if (!response.webSocket) throw new Error(`no upgrade: ${response.status} ${await response.text()}`);
  response.webSocket.accept();
  return response.webSocket;
}
