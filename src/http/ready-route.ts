import type { Hono } from "hono";
import type { Clock } from "../domain/clock.ts";
import { settledWithin } from "../domain/within.ts";
import type { Logger } from "../observability/logger.ts";
import type { AppEnv } from "./app-env.ts";
import { failureOf } from "./faults.ts";

/** What a deployment needs before it can serve. Nothing that a check says holds a secret. */
export interface ReadinessChecks {
  /** What the operator has yet to set up, in one sentence. */
  readonly configuration: () => string | undefined;
  /** Asks the database for what the code expects of it; throws what it says. */
  readonly database: () => Promise<void>;
}

export interface ReadyOptions {
  readonly checks: ReadinessChecks;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the database may take; two seconds unless told otherwise. */
  readonly limitMs?: number;
}

interface Readiness {
  readonly status: "ready" | "not ready";
  readonly checks: { readonly configuration: string; readonly database: string };
}

const DATABASE_LIMIT_MS = 2000;
/** The route is open to everybody: it must not be a way to keep the database busy. */
const REMEMBERED_MS = 1000;
const OK = "ok";

/** `GET /ready`: whether this deployment can serve, and what is missing if not. `/health` only says that it runs. */
export function installReady(app: Hono<AppEnv>, options: ReadyOptions): void {
  const { clock } = options;
  // The outcome is plain data: a promise of another request's could not be waited for.
  let last: { readonly at: number; readonly readiness: Readiness } | undefined;
  app.get("/ready", async (c) => {
    const now = clock.now();
    if (last === undefined || now - last.at >= REMEMBERED_MS) last = { at: now, readiness: await look(options) };
    const { readiness } = last;
    return c.json(readiness, readiness.status === "ready" ? 200 : 503, { "cache-control": "no-store" });
  });
}

async function look({ checks, logger, limitMs = DATABASE_LIMIT_MS }: ReadyOptions): Promise<Readiness> {
  const configuration = checks.configuration() ?? OK;
  const database = await askDatabase(checks.database, limitMs, logger);
  return {
    status: configuration === OK && database === OK ? "ready" : "not ready",
    checks: { configuration, database },
  };
}

/** Not the error's own text, which may hold more than everybody should read: that is in the log. */
async function askDatabase(ask: () => Promise<void>, limitMs: number, logger: Logger): Promise<string> {
  const asked = ask().then(
    () => OK,
    (error: unknown) => {
      logger.warn("ready.database_failed", { error });
      const failure = failureOf(error);
      return failure?.kind === "notConfigured" ? failure.message : "The database of this deployment does not answer";
    },
  );
  return (await settledWithin(limitMs, asked)) ?? `The database does not answer within ${limitMs} ms`;
}
