import { randomInt } from "node:crypto";
import path from "node:path";
import process from "node:process";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Of the fuzz tests: how many cases, and from which seed. The seed is new every time, and printed. */
const fuzz = {
  FUZZ_CASES: process.env["FUZZ_CASES"] ?? "120000",
  FUZZ_SEED: process.env["FUZZ_SEED"] ?? String(randomInt(2 ** 31)),
};

/** In workerd, with the bindings of wrangler.toml: real D1, R2, Durable Objects and local Browser Rendering. */
const workerd = (main?: string) =>
  cloudflareTest(async () => ({
    ...(main !== undefined && { main }),
    wrangler: { configPath: "./wrangler.toml" },
    miniflare: {
      bindings: {
        ADMIN_TOKEN: "test-admin-token",
        BERTH_SECRET: "test-secret-of-at-least-thirty-two-bytes",
        ALLOW_PRIVATE_NETWORK: "true",
        EXCLUSIVE_BROWSERS: "true",
        ...fuzz,
        TEST_MIGRATIONS: await readD1Migrations(path.join(import.meta.dirname, "migrations")),
      },
    },
  }));

/** How long tests with a browser wait for what is to come: a busy machine takes twenty times as long as a quiet one. */
const expect = { poll: { timeout: 30_000 } };

/** Unit tests that look at a whole database, and so need one of their own. */
const APART = [
  "test/unit/accounts/schema.test.ts",
  "test/unit/accounts/session-end.test.ts",
  "test/unit/session/accounting.test.ts",
];

export default defineConfig({
  test: {
    // What was on its way when a test reset an object fails in workerd as well, where nobody can catch it.
    onUnhandledError: ({ message }) => message !== "reset by the test",
    projects: [
      {
        plugins: [workerd()],
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          exclude: APART,
          setupFiles: ["./test/support/worker/setup.ts"],
          // Starting workerd for each of ninety files takes five times as long as their tests.
          isolate: false,
        },
      },
      {
        plugins: [workerd()],
        test: { name: "unit-apart", include: APART, setupFiles: ["./test/support/worker/setup.ts"] },
      },
      {
        plugins: [workerd()],
        test: {
          name: "browser",
          expect,
          include: ["test/browser/**/*.test.ts"],
          setupFiles: ["./test/support/worker/setup.ts"],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [workerd("./test/faults/support/worker.ts")],
        test: {
          name: "faults",
          expect,
          include: ["test/faults/**/*.test.ts"],
          setupFiles: ["./test/support/worker/setup.ts"],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [workerd()],
        test: {
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          setupFiles: ["./test/support/worker/setup.ts"],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: "conformance",
          expect,
          include: ["test/conformance/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          expect,
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["./test/support/node/global-setup.ts"],
          fileParallelism: false,
          // Browsers that start at once start slowly, and two cores have enough of three.
          maxConcurrency: 3,
          // What takes 20 s on a machine of its own takes a minute and more on a busy one.
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
