import type { SessionDeps } from "../../../src/session/session-deps.ts";

/** What a create brings for a session without a proxy. */
export const NO_EGRESS = { pools: [], exitCheckUrl: "https://berth.invalid/ip" };

export const NO_POOLS: SessionDeps["proxyPools"] = {
  find: () => Promise.resolve(undefined),
  unseal: () => Promise.reject(new Error("there are no pools")),
};
