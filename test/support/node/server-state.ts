import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BerthServer } from "./berth-server.ts";

/** What sessions may leave behind, read from the server's own files. */
export interface Leftovers {
  /** Rows of the session index that still hold a slot. */
  readonly unendedRows: number;
  /** Durable Objects with an armed alarm. */
  readonly armedAlarms: number;
  /** Durable Objects that still store anything. */
  readonly fullObjects: number;
}

/** Reads the D1 and Durable Object files that the runtime keeps, without asking the Worker. */
export function readLeftovers({ stateDir }: Pick<BerthServer, "stateDir">): Leftovers {
  const objects = join(stateDir, "state", "v3", "do", "berth-BrowserSession");
  return {
    unendedRows: sum(databasesIn(stateDir), "SELECT COUNT(*) AS n FROM sessions WHERE ended_at IS NULL"),
    armedAlarms: count(join(objects, "metadata.sqlite"), "SELECT COUNT(*) AS n FROM _cf_ALARM"),
    // A storage that was cleared has no table any more.
    fullObjects: sqliteFiles(objects).filter((file) => count(file, "SELECT COUNT(*) AS n FROM sqlite_master") > 0)
      .length,
  };
}

/** Rows of the session index, ended sessions among them: one a session. */
export const countSessionRows = ({ stateDir }: Pick<BerthServer, "stateDir">): number =>
  sum(databasesIn(stateDir), "SELECT COUNT(*) AS n FROM sessions");

const databasesIn = (stateDir: string): string[] =>
  sqliteFiles(join(stateDir, "state", "v3", "d1", "miniflare-D1DatabaseObject"));

/** One file an object, named by its id; `metadata.sqlite` is the runtime's own. */
const sqliteFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
    .map((name) => join(folder, name));

const sum = (files: readonly string[], sql: string): number =>
  files.reduce((total, file) => total + count(file, sql), 0);

function count(file: string, sql: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(database.prepare(sql).get()?.["n"]);
  } finally {
    database.close();
  }
}
