declare namespace Cloudflare {
  interface Env {
    /** The migrations of `migrations/`, read by vitest.config.ts. */
    readonly TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
