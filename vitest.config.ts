import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** In workerd, with the bindings of wrangler.toml: real D1, R2, Durable Objects and local Browser Rendering. */
const workerd = () =>
  cloudflareTest(async () => ({
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: {
        ADMIN_TOKEN: "test-admin-token",
        BERTH_SECRET: "test-secret-of-at-least-thirty-two-bytes",
        ALLOW_PRIVATE_NETWORK: "true",
        TEST_MIGRATIONS: await readD1Migrations(path.join(import.meta.dirname, "migrations")),
      },
    },
  }));

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [workerd()],
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], setupFiles: ["./test/support/worker/setup.ts"] },
      },
      {
        plugins: [workerd()],
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          setupFiles: ["./test/support/worker/setup.ts"],
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["./test/support/node/global-setup.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
