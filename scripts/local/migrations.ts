import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { step } from "../setup/progress.mjs";
import { migrationsDir } from "./paths.ts";

/** The table in which `wrangler d1 migrations apply` keeps its account: either may go on where the other stopped. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies the migrations that this database does not have yet, each as a whole or not at all. */
export async function applyMigrations(database: D1Database): Promise<void> {
  await database.prepare(CREATE_TABLE).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const missing = readdirSync(migrationsDir)
    .filter((name) => name.endsWith(".sql") && !applied.has(name))
    .toSorted();
  if (missing.length === 0) {
    return;
  }
  await step(`Migrating the local database (${missing.length} of ${applied.size + missing.length})`, async () => {
    const { unstable_splitSqlQuery: split } = await import("wrangler");
    for (const name of missing) {
      const statements = split(readFileSync(join(migrationsDir, name), "utf8"));
      await database.batch([
        ...statements.map((sql) => database.prepare(sql)),
        database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
      ]);
    }
  });
}
