import { placeholdersOf, renderTemplate } from "./proxy-template.ts";
import type { PooledProxy, ProxyType } from "./session-spec.ts";

export { templateProblem } from "./proxy-template.ts";

/** How a browser speaks to an upstream proxy. */
export const PROXY_PROTOCOLS = ["http", "https", "socks5"] as const;
export type ProxyProtocol = (typeof PROXY_PROTOCOLS)[number];

/** A pool as far as it may be shown: everything but its credentials. */
export interface PoolDescription {
  /** `pool_` + 16 base32 characters. */
  readonly id: string;
  readonly name: string;
  readonly type: ProxyType;
  readonly protocol: ProxyProtocol;
  /** As `URL.hostname` writes it: lower case, IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** ISO 3166-1 alpha-2, upper case; `null` for any. */
  readonly countries: readonly string[] | null;
  readonly hasRegions: boolean;
  readonly hasCities: boolean;
  /** Can keep one exit: {@link isSticky} of its templates, kept beside them because they are encrypted. */
  readonly sticky: boolean;
  /** Price of 10^9 bytes in millionths of a US dollar; `null` when it is not known. */
  readonly microsPerGb: number | null;
  readonly enabled: boolean;
  readonly createdAt: number;
}

/** Templates of what a pool's vendor takes as user name and password; in the clear, so in memory only. */
export interface PoolCredentials {
  readonly username: string;
  readonly password: string;
}

/** One vendor's gateway to exits of one type, with what it takes to use it. */
export interface ProxyPool extends PoolDescription, PoolCredentials {}

/** What a session wants of an upstream proxy. */
export interface ProxyTarget {
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  /** Names the exit that is kept; `null` for a new one with every connection. */
  readonly session: string | null;
  /** How long the exit is kept; means nothing without `session`. */
  readonly lifetimeMinutes: number | null;
}

/** A proxy as a browser takes it. The credentials must never leave the session. */
export interface UpstreamProxy {
  /** `PROTOCOL://HOST:PORT`. */
  readonly server: string;
  readonly credentials: PoolCredentials | null;
}

/** The proxy that a pool's gateway is for one target. */
export function renderUpstream(
  pool: Pick<ProxyPool, "protocol" | "host" | "port" | "username" | "password">,
  target: ProxyTarget,
): UpstreamProxy {
  const { country, region, city, session, lifetimeMinutes } = target;
  // A vendor that hears of a lifetime without a session refuses the connection.
  const lifetime = session === null || lifetimeMinutes === null ? null : String(lifetimeMinutes);
  const values = { country, region, city, session, lifetime };
  const username = renderTemplate(pool.username, values);
  const password = renderTemplate(pool.password, values);
  return {
    server: `${pool.protocol}://${pool.host}:${pool.port}`,
    credentials: username === "" ? null : { username, password },
  };
}

/** Whether a pool with these templates can keep one exit for a session. */
export function isSticky({ username, password }: PoolCredentials): boolean {
  return [username, password].some((template) => placeholdersOf(template).has("session"));
}

/** Why no pool serves a request, and which part of it asks too much. */
export interface PoolRefusal {
  readonly field: "type" | "country" | "region" | "city";
  readonly reason: string;
}

interface Requirement extends PoolRefusal {
  readonly isMetBy: (pool: PoolDescription) => boolean;
}

/** From the widest to the narrowest: the first that leaves no pool is the one to name. */
function requirementsOf({ type, country, region, city }: PooledProxy): readonly Requirement[] {
  const requirements: Requirement[] = [
    {
      field: "type",
      reason: `no ${type} proxies are available`,
      isMetBy: (pool) => pool.enabled && pool.type === type,
    },
  ];
  if (country !== null) {
    requirements.push({
      field: "country",
      reason: `no ${type} proxies are available in ${country}`,
      isMetBy: ({ countries }) => countries === null || countries.includes(country),
    });
  }
  const where = country === null ? "" : ` in ${country}`;
  if (region !== null) {
    const reason = `${type} proxies${where} cannot be chosen by region`;
    requirements.push({ field: "region", reason, isMetBy: (pool) => pool.hasRegions });
  }
  if (city !== null) {
    const reason = `${type} proxies${where} cannot be chosen by ${region === null ? "city" : "region and city"}`;
    requirements.push({ field: "city", reason, isMetBy: (pool) => pool.hasCities });
  }
  return requirements;
}

/**
 * The pools that serve a request, in the order in which to try them: pools that keep an exit first when one is to be
 * kept, and otherwise by chance, so that equal pools share the load.
 *
 * @param draw a uniform random integer from 0 to below `n`.
 */
export function choosePools<Pool extends PoolDescription>(
  pools: readonly Pool[],
  wanted: PooledProxy,
  draw: (n: number) => number,
): readonly Pool[] {
  const requirements = requirementsOf(wanted);
  const fitting = shuffled(
    pools.filter((pool) => requirements.every((requirement) => requirement.isMetBy(pool))),
    draw,
  );
  if (!wanted.sticky) return fitting;
  return [...fitting.filter(({ sticky }) => sticky), ...fitting.filter(({ sticky }) => !sticky)];
}

function shuffled<T>(items: readonly T[], draw: (n: number) => number): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(draw(left.length), 1));
}

/** The part of a request that no pool serves, for a request that {@link choosePools} has no pool for. */
export function whyNoPool(pools: readonly PoolDescription[], wanted: PooledProxy): PoolRefusal {
  let left = pools;
  for (const { field, reason, isMetBy } of requirementsOf(wanted)) {
    left = left.filter((pool) => isMetBy(pool));
    if (left.length === 0) return { field, reason };
  }
  // Asked although a pool fits: one that was added meanwhile, or whose credentials cannot be read.
  return { field: "type", reason: `no ${wanted.type} proxies are available` };
}
