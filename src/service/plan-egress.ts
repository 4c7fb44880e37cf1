import type { ProxyPoolStore, SealedPool } from "../accounts/proxy-pool-store.ts";
import type { Failure } from "../domain/failure.ts";
import { isPrivateHost } from "../domain/private-host.ts";
import { choosePools, whyNoPool } from "../domain/proxy-pool.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { PooledProxy, RequestedSession } from "../domain/session-spec.ts";

export interface EgressDeps {
  readonly proxyPools: Pick<ProxyPoolStore, "forType">;
  /** Whether the engine takes a country for a browser's own way out. */
  readonly engineHasLocations: boolean;
  readonly allowPrivateNetwork: boolean;
  /** A random whole number from 0 to below `n`. */
  readonly draw: (n: number) => number;
}

/**
 * What a session's traffic may go through, before anything is admitted.
 *
 * @returns the pools to draw from: none without a proxy, for the caller's own, and for the engine's way out. A failure
 * for what this deployment does not have, or must not reach.
 */
export async function planEgress(
  deps: EgressDeps,
  requested: RequestedSession,
): Promise<Result<readonly SealedPool[], Failure>> {
  const { proxy, dialect } = requested.spec;
  if (proxy === null || proxy.type === "custom") return succeed([]);
  const ofType = await deps.proxyPools.forType(proxy.type);
  const pools = choosePools(ofType, proxy, deps.draw);
  if (pools.length > 0) return succeed(pools);
  if (takesEngine(deps, proxy, ofType)) return succeed([]);
  const { field: part, reason } = whyNoPool(ofType, proxy);
  const spelled = part === "country" && dialect === "anchor" ? "country_code" : part;
  return fail({ kind: "unsupported", feature: "proxy", field: `${fieldOf(requested)}.${spelled}`, reason });
}

/** An operator who has pools of the type wants them used, and nothing else instead. */
const takesEngine = ({ engineHasLocations }: EgressDeps, proxy: PooledProxy, ofType: readonly SealedPool[]): boolean =>
  proxy.type === "datacenter" &&
  ofType.length === 0 &&
  engineHasLocations &&
  proxy.region === null &&
  proxy.city === null;

const NO_SOCKS_CREDENTIALS = "Chromium cannot authenticate to SOCKS5 proxies";

/** In the caller's own spelling. */
const fieldOf = ({ asked }: RequestedSession): string =>
  asked.find(({ feature }) => feature === "proxy")?.field ?? "proxy";

/** What is wrong with a caller's own proxy, whoever the caller is. */
export function invalidOwnProxy(
  { allowPrivateNetwork }: Pick<EgressDeps, "allowPrivateNetwork">,
  requested: RequestedSession,
): Failure | undefined {
  const { proxy } = requested.spec;
  if (proxy?.type !== "custom") return undefined;
  const { server, username, password } = proxy;
  const field = fieldOf(requested);
  // `URL` knows no hosts in other schemes than the web's.
  const { hostname } = new URL(server.replace(/^\w+:/, "http:"));
  if (!allowPrivateNetwork && isPrivateHost(hostname)) {
    const message = `${field}.server must not lead to a private or local address`;
    return { kind: "invalidRequest", field: `${field}.server`, message };
  }
  if (!server.startsWith("socks5:") || (username === "" && password === "")) return undefined;
  const named = username === "" ? "password" : "username";
  return { kind: "unsupported", feature: "proxy", field: `${field}.${named}`, reason: NO_SOCKS_CREDENTIALS };
}
