import type { AdminClient } from "./admin-client.ts";
import { poolCommands } from "./pool-commands.ts";

/** What the command line gave beyond the command's own words. */
export interface AdminArguments {
  readonly positionals: readonly string[];
  readonly plan?: string | undefined;
  readonly month?: string | undefined;
}

/** One command of `npm run admin`. */
export interface AdminCommand {
  readonly words: string;
  readonly usage: string;
  readonly summary: string;
  /** How many arguments must follow the words. */
  readonly required: number;
  run(admin: AdminClient, given: AdminArguments): Promise<unknown>;
}

/** Every command, in the order of the help text. */
export const adminCommands: readonly AdminCommand[] = [
  {
    words: "accounts create",
    usage: "NAME [--plan PLAN]",
    summary: "create an account (plan: free, unless given)",
    required: 1,
    run: (admin, { positionals: [name], plan = "free" }) => admin.request("POST", "/admin/accounts", { name, plan }),
  },
  {
    words: "accounts list",
    usage: "",
    summary: "list the accounts",
    required: 0,
    run: (admin) => admin.request("GET", "/admin/accounts"),
  },
  {
    words: "accounts get",
    usage: "ACCOUNT",
    summary: "show an account",
    required: 1,
    run: (admin, { positionals: [id] }) => admin.request("GET", path("accounts", id)),
  },
  {
    words: "accounts plan",
    usage: "ACCOUNT PLAN",
    summary: "put an account on another plan",
    required: 2,
    run: (admin, { positionals: [id, plan] }) => admin.request("PATCH", path("accounts", id), { plan }),
  },
  {
    words: "keys create",
    usage: "ACCOUNT NAME",
    summary: "create an API key; it is shown this once",
    required: 2,
    run: (admin, { positionals: [id, name] }) => admin.request("POST", path("accounts", id, "keys"), { name }),
  },
  {
    words: "keys list",
    usage: "ACCOUNT",
    summary: "list an account's keys",
    required: 1,
    run: (admin, { positionals: [id] }) => admin.request("GET", path("accounts", id, "keys")),
  },
  {
    words: "keys revoke",
    usage: "KEY",
    summary: "revoke a key by its id",
    required: 1,
    run: (admin, { positionals: [id] }) => admin.request("DELETE", path("keys", id)),
  },
  {
    words: "usage",
    usage: "ACCOUNT [--month YYYY-MM]",
    summary: "show what an account used in a month (UTC; this one, unless given)",
    required: 1,
    run: (admin, { positionals: [id], month }) =>
      admin.request("GET", `${path("accounts", id, "usage")}${month ? `?month=${encodeURIComponent(month)}` : ""}`),
  },
  {
    words: "reconcile",
    usage: "",
    summary: "find and repair lost sessions, stray browsers and wrong counters, and say which",
    required: 0,
    run: (admin) => admin.request("POST", "/admin/reconcile"),
  },
  {
    words: "plans list",
    usage: "",
    summary: "list the plans",
    required: 0,
    run: (admin) => admin.request("GET", "/admin/plans"),
  },
  {
    words: "plans set",
    usage: "NAME FIELD=VALUE…",
    summary: "create or change a plan (a value is JSON, or text; a,b is a list)",
    required: 2,
    run: (admin, { positionals: [name = "", ...fields] }) => setPlan(admin, name, parseFields(fields)),
  },
  ...poolCommands,
];

interface Plan {
  readonly name: string;
}

/** The API replaces a plan as a whole; fields that are not given stay as they are. */
async function setPlan(admin: AdminClient, name: string, changes: Record<string, unknown>): Promise<unknown> {
  const { items } = await admin.request<{ items: readonly Plan[] }>("GET", "/admin/plans");
  const { name: _name, ...current } = items.find((plan) => plan.name === name) ?? { name };
  return admin.request("PUT", path("plans", name), { ...current, ...changes });
}

function path(...parts: readonly (string | undefined)[]): string {
  return `/admin/${parts.map((part) => encodeURIComponent(part ?? "")).join("/")}`;
}

function parseFields(fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => {
      const [name = "", ...rest] = field.split("=");
      return [name, parseValue(rest.join("="))];
    }),
  );
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.includes(",") ? text.split(",") : text;
  }
}
