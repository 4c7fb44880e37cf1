import { Hono } from "hono";
import type { MiddlewareHandler } from "hono";
import * as z from "zod";
import { validate } from "../../dialects/validation.ts";
import { succeed } from "../../domain/result.ts";
import type { Logger } from "../../observability/logger.ts";
import type { AccountService } from "../../service/account-service.ts";
import type { ProxyPoolService } from "../../service/proxy-pool-service.ts";
import type { TestPool } from "../../service/test-pool.ts";
import type { Reconcile } from "../../service/reconcile.ts";
import type { AppEnv } from "../app-env.ts";
import { limitBody } from "../body-limit.ts";
import { failureOf } from "../faults.ts";
import { toResponse } from "../rendered.ts";
import { answer, readBody, refuse } from "./answers.ts";
import { isOperator } from "./authorize.ts";
import { addProxyPoolRoutes } from "./proxy-pool-routes.ts";
import {
  internalAdminError,
  noSuchAdminPath,
  renderAccount,
  renderAdminFailure,
  renderKey,
  renderNewKey,
  renderRevocation,
  renderUsage,
} from "./render.ts";
import { accountChange, month, newAccount, newKey, planLimits, planName } from "./schemas.ts";

export interface AdminDeps {
  readonly accounts: AccountService;
  readonly proxyPools: ProxyPoolService;
  readonly testPool: TestPool;
  readonly reconcile: Reconcile;
  /** The operator's credential; without one the whole of `/admin` is refused. */
  readonly adminToken: string | undefined;
  readonly logger: Logger;
}

type Admin = Hono<AppEnv>;

const NOT_CONFIGURED = {
  kind: "notConfigured",
  message: "The admin API is off: set the ADMIN_TOKEN secret of this deployment to use it",
} as const;
const UNAUTHORIZED = { kind: "unauthorized", message: "Missing or invalid admin token" } as const;

/** Operators' routes, to be mounted at `/admin`. */
export function createAdminApp({ accounts, proxyPools, testPool, reconcile, adminToken, logger }: AdminDeps): Admin {
  const admin: Admin = new Hono();
  admin.onError((error, c) => {
    const { requestId } = c.var;
    logger.error("http.request_failed", { requestId, dialect: "admin", method: c.req.method, error });
    const failure = failureOf(error);
    return toResponse(failure ? renderAdminFailure(failure) : internalAdminError(requestId));
  });
  admin.use(operatorsOnly(adminToken));
  admin.use(limitBody(refuse));
  addAccountRoutes(admin, accounts);
  addKeyRoutes(admin, accounts);
  addPlanRoutes(admin, accounts);
  addProxyPoolRoutes(admin, proxyPools, testPool);
  admin.post("/reconcile", async () => Response.json(await reconcile({ usage: "all" })));
  admin.all("*", () => toResponse(noSuchAdminPath()));
  return admin;
}

function operatorsOnly(adminToken: string | undefined): MiddlewareHandler<AppEnv> {
  // An empty secret is an unset one, not a password.
  const token = adminToken?.trim() === "" ? undefined : adminToken;
  return async function operatorsOnly(c, next) {
    if (token === undefined) c.res = refuse(NOT_CONFIGURED);
    else if (await isOperator(c.req.header("authorization"), token)) await next();
    else c.res = refuse(UNAUTHORIZED);
    c.header("cache-control", "no-store");
  };
}

const usageQuery = z.object({ month: month.optional() });
const planPath = z.object({ name: planName });

function addAccountRoutes(admin: Admin, accounts: AccountService): void {
  admin.post("/accounts", async (c) => {
    const body = await readBody(c.req, newAccount);
    return answer(body.ok ? await accounts.createAccount(body.value) : body, renderAccount, 201);
  });
  admin.get("/accounts", async () => {
    const items = (await accounts.listAccounts()).map(renderAccount);
    return Response.json({ items });
  });
  admin.get("/accounts/:id", async (c) => answer(await accounts.findAccount(c.req.param("id")), renderAccount));
  admin.patch("/accounts/:id", async (c) => {
    const body = await readBody(c.req, accountChange);
    return answer(body.ok ? await accounts.updateAccount(c.req.param("id"), body.value) : body, renderAccount);
  });
  admin.get("/accounts/:id/usage", async (c) => {
    const id = c.req.param("id");
    const query = validate(usageQuery, { month: c.req.query("month") });
    return answer(query.ok ? await accounts.usage(id, query.value.month) : query, (usage) => renderUsage(id, usage));
  });
}

function addKeyRoutes(admin: Admin, accounts: AccountService): void {
  admin.post("/accounts/:id/keys", async (c) => {
    const body = await readBody(c.req, newKey);
    return answer(body.ok ? await accounts.createKey(c.req.param("id"), body.value.name) : body, renderNewKey, 201);
  });
  admin.get("/accounts/:id/keys", async (c) =>
    answer(await accounts.listKeys(c.req.param("id")), (keys) => ({ items: keys.map(renderKey) })),
  );
  admin.delete("/keys/:id", async (c) => answer(await accounts.revokeKey(c.req.param("id")), renderRevocation));
}

function addPlanRoutes(admin: Admin, accounts: AccountService): void {
  admin.get("/plans", async () => Response.json({ items: await accounts.listPlans() }));
  admin.put("/plans/:name", async (c) => {
    const path = validate(planPath, { name: c.req.param("name") });
    if (!path.ok) return refuse(path.failure);
    const limits = await readBody(c.req, planLimits);
    if (!limits.ok) return refuse(limits.failure);
    const plan = { ...path.value, ...limits.value };
    const saved = await accounts.savePlan(plan);
    return answer(succeed(plan), (shown) => shown, saved === "created" ? 201 : 200);
  });
}
