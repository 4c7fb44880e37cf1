import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateDir } from "./paths.ts";

/** Writes the local values of the Worker's secrets where `wrangler dev` reads them; a command line would show them to everyone. */
export function writeDevSecrets(values: Readonly<Record<string, string>>): string {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, "dev.env");
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(""), { mode: 0o600 });
  return file;
}
