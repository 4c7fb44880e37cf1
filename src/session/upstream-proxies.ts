import type { ProxyPoolStore, SealedPool } from "../accounts/proxy-pool-store.ts";
import type { ProxyCredentials } from "../capabilities/proxy/exit-check.ts";
import { EgressError } from "../capabilities/proxy/egress-error.ts";
import type { IdSource } from "../domain/clock.ts";
import { toBase32 } from "../domain/ids.ts";
import { renderUpstream, type UpstreamProxy } from "../domain/proxy-pool.ts";
import type { CustomProxy, PooledProxy, SessionSpec } from "../domain/session-spec.ts";
import type { SessionRecord } from "./session-record.ts";

/** One proxy server, and how a session is known to it. */
export interface Way {
  readonly upstream: UpstreamProxy;
  /** `null` for a caller's own proxy. */
  readonly poolId: string | null;
  /** What the vendor knows the exit by; `null` where every connection may have another. */
  readonly session: string | null;
  /** Millionths of a US dollar for 10^9 bytes. */
  readonly microsPerGb: number | null;
}

const MS_PER_MINUTE = 60_000;
/** Eight characters: some vendors take no more and no less. */
const SESSION_BYTES = 5;

/** Whom a session goes through, and with which credentials: read from the pool whenever they are needed. */
export class UpstreamProxies {
  readonly #pools: Pick<ProxyPoolStore, "find" | "unseal">;
  readonly #ids: IdSource;

  constructor({
    proxyPools,
    ids,
  }: {
    readonly proxyPools: Pick<ProxyPoolStore, "find" | "unseal">;
    readonly ids: IdSource;
  }) {
    this.#pools = proxyPools;
    this.#ids = ids;
  }

  /** @param attempt from 0; each one asks the vendor for another exit, the next pool's if there is one. */
  async choose(spec: SessionSpec, pools: readonly SealedPool[], attempt: number): Promise<Way> {
    const { proxy } = spec;
    if (proxy?.type === "custom") {
      return { upstream: ofCustom(proxy), poolId: null, session: null, microsPerGb: null };
    }
    const pool = pools[attempt % pools.length];
    if (proxy === null || pool === undefined) throw new Error("There is no proxy to choose");
    const session = proxy.sticky ? this.#newSession() : null;
    const upstream = await this.#render(pool, spec, { proxy, session });
    return { upstream, poolId: pool.id, session, microsPerGb: pool.microsPerGb };
  }

  /**
   * The credentials of now, which the operator may have changed.
   *
   * @throws EgressError when the pool is gone or cannot be read.
   */
  async credentials({ spec, egress }: SessionRecord): Promise<ProxyCredentials | null> {
    const { proxy } = spec;
    if (proxy === null || egress?.mode === "engine") return null;
    if (proxy.type === "custom") return ofCustom(proxy).credentials;
    const pool = egress?.poolId ? await this.#pools.find(egress.poolId) : undefined;
    if (pool === undefined) throw new EgressError("proxy_unreachable", "the pool of this session is gone");
    return (await this.#render(pool, spec, { proxy, session: egress?.session ?? null })).credentials;
  }

  async #render(
    pool: SealedPool,
    { lifetimeMs }: SessionSpec,
    { proxy: { country, region, city }, session }: { proxy: PooledProxy; session: string | null },
  ): Promise<UpstreamProxy> {
    const lifetimeMinutes = lifetimeMs === null ? null : Math.ceil(lifetimeMs / MS_PER_MINUTE);
    try {
      return renderUpstream(await this.#pools.unseal(pool), { country, region, city, session, lifetimeMinutes });
    } catch {
      // The cause would speak of the secret.
      throw new EgressError("proxy_auth_failed", "the credentials of this deployment's pool cannot be read");
    }
  }

  #newSession(): string {
    return toBase32(this.#ids.bytes(SESSION_BYTES));
  }
}

function ofCustom({ server, username, password }: CustomProxy): UpstreamProxy {
  return { server, credentials: username === "" && password === "" ? null : { username, password } };
}
