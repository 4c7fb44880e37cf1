import { readFileSync } from "node:fs";
import process from "node:process";
import { buildAssets } from "./local/assets.ts";
import { runVisibly, wranglerTool } from "./local/child-output.ts";
import { wranglerConfig } from "./local/paths.ts";
import { runMain } from "./local/run-main.ts";
import { SetupFailure } from "./setup/failure.mjs";

/** The database id that wrangler.toml has before there is a database. */
const NO_DATABASE = "00000000-0000-0000-0000-000000000000";

runMain(async () => {
  if (readFileSync(wranglerConfig, "utf8").includes(NO_DATABASE)) {
    throw new SetupFailure(
      "wrangler.toml names no database yet.",
      "Create one with `npx wrangler d1 create berth` and put its id into wrangler.toml.",
    );
  }
  await buildAssets({ isDeployed: true });
  // Migrations only add, so the Worker that still runs gets along with the new tables.
  const migrated = await runVisibly([wranglerTool, "d1", "migrations", "apply", "DB", "--remote"]);
  return migrated || runVisibly([wranglerTool, "deploy", "--minify", ...process.argv.slice(2)]);
});
