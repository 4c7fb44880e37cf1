import type { Context } from "hono";
import { Hono } from "hono";
import type { Dialect } from "../dialects/dialect.ts";
import type { IdSource } from "../domain/clock.ts";
import type { DialectName } from "../domain/session-spec.ts";
import type { AdminDeps } from "./admin/admin-routes.ts";
import { createAdminApp } from "./admin/admin-routes.ts";
import type { AppEnv, RouteInstaller } from "./app-env.ts";
import type { PipelineDeps } from "./dialect-pipeline.ts";
import { createDialectPipeline } from "./dialect-pipeline.ts";
import { failureOf } from "./faults.ts";
import { toResponse } from "./rendered.ts";

export interface AppDeps extends PipelineDeps, Omit<AdminDeps, "logger"> {
  readonly dialects: readonly Dialect[];
  /** The dialect that a request speaks, by its credential header, else by its path. */
  readonly selectDialect: (headers: Headers, path: string) => Dialect;
  readonly ids: IdSource;
  /** In this order, before the dialects. */
  readonly installers: readonly RouteInstaller[];
}

const API_PATH = /^\/v1(?:\/|$)/;
const SWITCHING_PROTOCOLS = 101;

/** The Worker's HTTP side: request id, error boundary, own routes, then the dialect that the request speaks. */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const { dialects, selectDialect, ids, installers, logger } = deps;
  const pipelines = new Map<DialectName, ReturnType<typeof createDialectPipeline>>(
    dialects.map((dialect) => [dialect.name, createDialectPipeline(dialect, deps)]),
  );
  const dialectOf = (c: Context): Dialect => selectDialect(c.req.raw.headers, c.req.path);

  const app = new Hono<AppEnv>();
  app.use(async function identifyRequest(c, next) {
    const requestId = ids.uuid();
    c.set("requestId", requestId);
    await next();
    // A response with a socket is passed on as it is.
    if (c.res.status === SWITCHING_PROTOCOLS) return;
    c.header("x-request-id", requestId);
    // Answers repeat what callers sent: a browser must take none of them for a document.
    c.header("x-content-type-options", "nosniff");
  });
  app.onError((error, c) => {
    const { requestId } = c.var;
    logger.error("http.request_failed", { requestId, method: c.req.method, error });
    const dialect = dialectOf(c);
    const failure = failureOf(error);
    return toResponse(failure ? dialect.renderFailure(failure) : dialect.renderFault("internal", requestId));
  });
  app.notFound((c) => toResponse(dialectOf(c).renderFault("noSuchPath", c.var.requestId)));

  app.get("/health", (c) => c.json({ status: "ok" }));
  app.route("/admin", createAdminApp(deps));
  for (const install of installers) install(app);
  app.all("*", (c, next) => {
    if (!API_PATH.test(c.req.path)) return next();
    const { name } = dialectOf(c);
    const pipeline = pipelines.get(name);
    if (pipeline === undefined) throw new Error(`Dialect ${name} was selected but is not registered`);
    return pipeline.fetch(c.req.raw, { requestId: c.var.requestId });
  });
  return app;
}
