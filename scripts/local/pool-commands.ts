import process from "node:process";
import { text } from "node:stream/consumers";
import { SetupFailure } from "../setup/failure.mjs";
import type { AdminCommand } from "./admin-commands.ts";

/** Arguments of a process can be seen by others on its machine, and stay in the shell's history. */
const PASSWORD_VARIABLE = "BERTH_POOL_PASSWORD";

const ROOT = "/admin/proxy-pools";

/** Numbers, switches and `null` are written as JSON; everything else is text as it stands. */
const JSON_FIELDS: ReadonlySet<string> = new Set(["port", "hasRegions", "hasCities", "microsPerGb", "enabled"]);

/** The commands of `npm run admin -- pools`. */
export const poolCommands: readonly AdminCommand[] = [
  {
    words: "pools list",
    usage: "",
    summary: "list the proxy pools, without their credentials",
    required: 0,
    run: (admin) => admin.request("GET", ROOT),
  },
  {
    words: "pools add",
    usage: "NAME TYPE HOST PORT [FIELD=VALUE…]",
    summary: `add a proxy pool; its password comes from ${PASSWORD_VARIABLE}, or from stdin with password=-`,
    required: 4,
    run: async (admin, { positionals: [name, type, host, port = "", ...fields] }) =>
      admin.request("POST", ROOT, { name, type, host, port: parseJson(port), ...(await readFields(fields)) }),
  },
  {
    words: "pools set",
    usage: "POOL FIELD=VALUE…",
    summary: "change a proxy pool (countries=DE,US or any; the password as with add)",
    required: 1,
    run: async (admin, { positionals: [id = "", ...fields] }) =>
      admin.request("PATCH", `${ROOT}/${encodeURIComponent(id)}`, await readFields(fields)),
  },
  {
    words: "pools test",
    usage: "POOL [COUNTRY] [CITY]",
    summary: "try a proxy pool from a browser: where its exit is, and how long it takes",
    required: 1,
    run: (admin, { positionals: [id = "", country = null, city = null] }) =>
      admin.request("POST", `${ROOT}/${encodeURIComponent(id)}/test`, { country, city }),
  },
  {
    words: "pools remove",
    usage: "POOL",
    summary: "remove a proxy pool",
    required: 1,
    run: (admin, { positionals: [id = ""] }) => admin.request("DELETE", `${ROOT}/${encodeURIComponent(id)}`),
  },
];

async function readFields(fields: readonly string[]): Promise<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  const password = process.env[PASSWORD_VARIABLE];
  if (password !== undefined) given["password"] = password;
  for (const field of fields) {
    const [name = "", ...rest] = field.split("=");
    const value = rest.join("=");
    given[name] = name === "password" ? await readPassword(value) : parseField(name, value);
  }
  return given;
}

async function readPassword(value: string): Promise<string> {
  // An empty one takes the password away, which is no secret.
  if (value === "") return "";
  if (value !== "-") {
    throw new SetupFailure(
      "A password must not stand in the command line.",
      `Set ${PASSWORD_VARIABLE}, or give password=- and write it to stdin.`,
    );
  }
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}

function parseField(name: string, value: string): unknown {
  if (name === "countries") return value === "any" ? null : value.split(",");
  return JSON_FIELDS.has(name) ? parseJson(value) : value;
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
