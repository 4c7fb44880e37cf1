import type { D1Migration } from "cloudflare:test";

declare global {
  namespace Cloudflare {
    interface Env {
      /** The migrations of `migrations/`, read by vitest.config.ts. */
      readonly TEST_MIGRATIONS: D1Migration[];
      /** Of the fuzz tests, all together. */
      readonly FUZZ_CASES: string;
      readonly FUZZ_SEED: string;
    }
  }
}
