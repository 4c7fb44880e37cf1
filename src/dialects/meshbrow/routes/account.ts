import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { Account } from "../account-schemas.ts";
import { errorResponses } from "../error-responses.ts";

const MS_PER_SECOND = 1000;

/** The key's name and id only: the key itself is known to its holder and to nobody else. */
async function describe(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const { accountId, apiKeyId, apiKeyName, plan } = context.var.principal;
  const { maxLifetimeMs } = plan;
  const body: Account = {
    accountId,
    key: { id: apiKeyId, name: apiKeyName },
    plan: plan.name,
    limits: {
      monthlySessions: plan.monthlySessions,
      monthlySessionsAreHard: plan.overageMicros === null,
      concurrentSessions: plan.concurrentSessions,
      requestsPerMinute: plan.requestsPerMinute,
      sessionSeconds: maxLifetimeMs === null ? null : maxLifetimeMs / MS_PER_SECOND,
      proxyTypes: [...plan.proxyTypes],
    },
  };
  return succeed({ status: 200, body });
}

const describeOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getAccount",
    summary: "Get Account",
    description: "Who the API key belongs to, and what its plan allows.",
    tags: ["Account"],
    responses: { 200: jsonResponse(Account, "The account."), ...errorResponses() },
  },
  handle: describe,
};

export const accountPath: PathItem = { path: "/v1/auth/me", operations: [describeOperation] };
