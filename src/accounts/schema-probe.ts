import { getTableColumns, getTableName } from "drizzle-orm";
import {
  accounts,
  apiKeys,
  idempotencyKeys,
  plans,
  profiles,
  profileVersions,
  proxyPools,
  recordings,
  sessions,
  usageMonths,
} from "./tables.ts";

const TABLES = [
  plans,
  accounts,
  apiKeys,
  sessions,
  usageMonths,
  idempotencyKeys,
  proxyPools,
  profiles,
  profileVersions,
  recordings,
];

/** Qualified names: SQLite takes a bare quoted one that is no column for a text, and says nothing. */
const QUERIES = TABLES.map((table) => {
  const name = getTableName(table);
  const columns = Object.values(getTableColumns(table)).map((column) => `${name}.${column.name}`);
  return `SELECT ${columns.join(", ")} FROM ${name} LIMIT 0`;
});

/**
 * Asks the database for every column that this code knows, and for no row.
 *
 * @throws what D1 throws: that it does not answer, or that a table or a column is missing.
 */
export async function probeSchema(database: D1Database): Promise<void> {
  await database.batch(QUERIES.map((query) => database.prepare(query)));
}
