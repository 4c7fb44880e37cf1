import type { SealedPool } from "../../../src/accounts/proxy-pool-store.ts";

/** A pool of anywhere. */
export const aPool = (pool: Partial<SealedPool> = {}): SealedPool => ({
  id: "pool_aaaaaaaaaaaaaaaa",
  name: "homes",
  type: "residential",
  protocol: "http",
  host: "gate.example",
  port: 7000,
  countries: null,
  hasRegions: true,
  hasCities: true,
  sticky: true,
  microsPerGb: null,
  enabled: true,
  createdAt: 0,
  sealed: null,
  ...pool,
});
