import type { Context, HonoRequest, MiddlewareHandler, Next } from "hono";
import { Hono } from "hono";
import type { Dialect } from "../dialects/dialect.ts";
import type { HttpVariables } from "../dialects/http-env.ts";
import type { Clock } from "../domain/clock.ts";
import type { EventHub } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { AccountId } from "../domain/ids.ts";
import type { Logger } from "../observability/logger.ts";
import type { DownloadService } from "../service/download-service.ts";
import type { ExtensionService } from "../service/extension-service.ts";
import type { IntegrationService } from "../service/integration-service.ts";
import type { ProfileService } from "../service/profile-service.ts";
import type { RecordingService } from "../service/recording-service.ts";
import type { SessionService } from "../service/session-service.ts";
import type { UsageService } from "../service/usage-service.ts";
import type { Authenticator } from "./authenticate.ts";
import { authenticate, UNAUTHORIZED } from "./authenticate.ts";
import { EXTENSION_LIMIT_BYTES, limitBody, STORAGE_STATE_LIMIT_BYTES, UPLOAD_LIMIT_BYTES } from "./body-limit.ts";
import { failureOf } from "./faults.ts";
import type { RateLimit, RateTake } from "./rate-limit.ts";
import { toResponse } from "./rendered.ts";

export interface PipelineDeps {
  readonly keys: Authenticator;
  readonly rateLimit: RateLimit;
  readonly sessions: SessionService;
  readonly profiles: ProfileService;
  readonly recordings: RecordingService;
  readonly downloads: DownloadService;
  readonly integrations: IntegrationService;
  readonly extensions: ExtensionService;
  readonly usage: UsageService;
  readonly eventHub: (accountId: AccountId) => EventHub;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly background: (work: Promise<void>) => void;
}

/** What a pipeline gets with a request, in the place of bindings, which dialects do not see. */
export interface PipelineBindings {
  readonly requestId: string;
}

interface PipelineEnv {
  Bindings: PipelineBindings;
  Variables: HttpVariables;
}

/**
 * Everything between the choice of a dialect and its routes: body limit, authentication, rate limit. Each
 * dialect has its own, so that every refusal is in its words.
 */
export function createDialectPipeline(dialect: Dialect, deps: PipelineDeps): Hono<PipelineEnv> {
  const { logger } = deps;
  const pipeline = new Hono<PipelineEnv>();
  pipeline.onError((error, c) => {
    const { requestId } = c.env;
    const failure = failureOf(error);
    if (failure === undefined || failure.kind === "notConfigured" || failure.kind === "unavailable") {
      logger.error("http.request_failed", { requestId, dialect: dialect.name, method: c.req.method, error });
    }
    return toResponse(failure ? dialect.renderFailure(failure) : dialect.renderFault("internal", requestId));
  });
  pipeline.notFound((c) => toResponse(dialect.renderFault("noSuchPath", c.env.requestId)));
  const refuse = (failure: Failure): Response => toResponse(dialect.renderFailure(failure));
  const limited = limitBody(refuse);
  const larger = LARGER_BODIES.map(({ line, limitBytes }) => ({ line, limit: limitBody(refuse, limitBytes) }));
  const limitOf = ({ method, path }: HonoRequest) =>
    larger.find(({ line }) => line.test(`${method} ${path}`))?.limit ?? limited;
  pipeline.use((c, next) => limitOf(c.req)(c, next));
  pipeline.use(authenticated(dialect, deps), rateLimited(dialect, deps));
  pipeline.route("/", dialect.app);
  return pipeline;
}

/** Requests, by method and path, whose bodies are not descriptions of something. */
const LARGER_BODIES = [
  // A browser's whole state.
  { line: /^PUT \/v1\/profiles\/[^/]+\/storage-state$/, limitBytes: STORAGE_STATE_LIMIT_BYTES },
  // A file, which is not read here.
  { line: /^POST \/v1\/sessions\/[^/]+\/(?:uploads|agent\/files)$/, limitBytes: UPLOAD_LIMIT_BYTES },
  { line: /^POST \/v1\/extensions$/, limitBytes: EXTENSION_LIMIT_BYTES },
] as const;

function authenticated(dialect: Dialect, deps: PipelineDeps): MiddlewareHandler<PipelineEnv> {
  const { sessions, profiles, recordings, downloads, integrations, extensions, usage, eventHub, clock } = deps;
  return async function authenticated(c: Context<PipelineEnv>, next: Next) {
    const credential = dialect.credential(c.req.raw.headers);
    const principal = credential === undefined ? undefined : await authenticate(deps, credential);
    if (principal === undefined) {
      c.res = toResponse(dialect.renderFailure(UNAUTHORIZED));
      return;
    }
    c.set("requestId", c.env.requestId);
    c.set("principal", principal);
    c.set("sessions", sessions);
    c.set("profiles", profiles);
    c.set("recordings", recordings);
    c.set("downloads", downloads);
    c.set("integrations", integrations);
    c.set("extensions", extensions);
    c.set("usage", usage);
    c.set("events", eventHub(principal.accountId));
    c.set("clock", clock);
    await next();
    // Answers hold connect tokens.
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
  };
}

function rateLimited(dialect: Dialect, { rateLimit, clock }: PipelineDeps): MiddlewareHandler<PipelineEnv> {
  return async function rateLimited(c: Context<PipelineEnv>, next: Next) {
    const limit = c.var.principal.plan.requestsPerMinute;
    const take = await rateLimit.take(c.var.principal);
    if (take.allowed) {
      await next();
    } else {
      const retryAfterMs = Math.max(0, take.resetAt - clock.now());
      c.res = toResponse(dialect.renderFailure({ kind: "rateLimited", limit, retryAfterMs }));
      c.header("retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
    }
    setRateHeaders(c, limit, take);
  };
}

function setRateHeaders(c: Context, limit: number, { remaining, resetAt }: RateTake): void {
  c.header("x-ratelimit-limit", String(limit));
  c.header("x-ratelimit-remaining", String(remaining));
  c.header("x-ratelimit-reset", String(Math.ceil(resetAt / 1000)));
}
