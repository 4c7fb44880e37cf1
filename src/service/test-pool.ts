import type { ProxyPoolStore } from "../accounts/proxy-pool-store.ts";
import { UnreadableCredentials } from "../accounts/sealed-credentials.ts";
import { type ProxyTarget, renderUpstream, type UpstreamProxy } from "../domain/proxy-pool.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { ExitReport } from "../domain/proxy-exit.ts";
import type { PoolFailure } from "./proxy-pool-service.ts";

export interface TestPoolDeps {
  readonly pools: Pick<ProxyPoolStore, "find" | "unseal">;
  readonly probe: (upstream: UpstreamProxy, exitCheckUrl: string) => Promise<ExitReport>;
  /** Asked through the proxy in place of the deployment's own `/ip`. */
  readonly exitCheckUrl: string | undefined;
}

/** What the vendor is asked for. */
export type TestedPlace = Pick<ProxyTarget, "country" | "region" | "city">;

export interface PoolTest {
  readonly id: string;
  readonly place: TestedPlace;
  /** `https://HOST` as the operator calls this deployment. */
  readonly origin: string;
}

/** Tries a pool's proxy; works for a pool that is switched off, too. */
export type TestPool = (test: PoolTest) => Promise<Result<ExitReport, PoolFailure>>;

export const createTestPool =
  ({ pools, probe, exitCheckUrl }: TestPoolDeps): TestPool =>
  async ({ id, place, origin }) => {
    const sealed = await pools.find(id);
    if (sealed === undefined) return fail({ kind: "notFound", what: "proxy pool", id });
    try {
      const upstream = renderUpstream(await pools.unseal(sealed), { ...place, session: null, lifetimeMinutes: null });
      return succeed(await probe(upstream, exitCheckUrl ?? `${origin}/ip`));
    } catch (error) {
      if (!(error instanceof UnreadableCredentials)) throw error;
      const message = "The credentials cannot be read: they were stored under another BERTH_SECRET";
      return fail({ kind: "notConfigured", message });
    }
  };
