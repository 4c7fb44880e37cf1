import type { Context } from "hono";
import type { Failure } from "../../../domain/failure.ts";
import { type Result, succeed } from "../../../domain/result.ts";
import type { Integration } from "../../../domain/secrets.ts";
import type { NewIntegration } from "../../../service/integration-service.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { validate } from "../../validation.ts";
import { errorResponses } from "../error-responses.ts";
import {
  CreateIntegrationRequest,
  type Integration as IntegrationBody,
  IntegrationDeletedResponse,
  IntegrationListResponse,
  IntegrationPath,
  IntegrationResponse,
  SecretUsesResponse,
} from "../integration-schemas.ts";
import { withoutNulls } from "../parse.ts";

const TAGS = ["Integrations"];
const idIn = (context: Context<HttpEnv>): string => context.req.param("integration_id") ?? "";
const isoTime = (at: number): string => new Date(at).toISOString();
const pathOf = (id: string): string => `/v1/integrations/${id}`;

function toNew({ name, type, credentials }: CreateIntegrationRequest): NewIntegration {
  if (credentials.type === "serviceAccount") {
    return { name, type, credentials: { kind: "serviceAccount", token: credentials.data.serviceAccount } };
  }
  const { host, token } = credentials.data;
  return { name, type, credentials: { kind: "connect", host: new URL(host).origin, token } };
}

const render = ({ id, name, type, kind, createdAt }: Integration): IntegrationBody => ({
  id,
  name,
  type,
  path: pathOf(id),
  credentials_type: kind,
  createdAt: isoTime(createdAt),
});

async function create(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const body = await readJsonBody(context.req);
  if (!body.ok) return body;
  const input = body.value === undefined ? {} : withoutNulls(body.value);
  const request = validate(CreateIntegrationRequest, input, { input: body.value });
  if (!request.ok) return request;
  const created = await context.var.integrations.create(context.var.principal, toNew(request.value));
  if (!created.ok) return created;
  return succeed({ status: 200, body: { data: { integration: render(created.value) } } });
}

async function list(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const found = await context.var.integrations.list(context.var.principal);
  return succeed({ status: 200, body: { data: { integrations: found.map(render) } } });
}

async function retrieve(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const found = await context.var.integrations.find(context.var.principal, idIn(context));
  return found.ok ? succeed({ status: 200, body: { data: { integration: render(found.value) } } }) : found;
}

async function remove(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const removed = await context.var.integrations.remove(context.var.principal, idIn(context));
  if (!removed.ok) return removed;
  const { id } = removed.value;
  return succeed({ status: 200, body: { data: { integration: { id, deleted: true, path: pathOf(id) } } } });
}

async function uses(context: Context<HttpEnv>): Promise<Result<Reply, Failure>> {
  const found = await context.var.integrations.uses(context.var.principal, idIn(context));
  if (!found.ok) return found;
  const items = found.value.map(({ sessionId, reference, host, outcome, at }) => ({
    session_id: sessionId,
    reference,
    host,
    outcome,
    created_at: isoTime(at),
  }));
  return succeed({ status: 200, body: { data: { count: items.length, items } } });
}

const createOperation: Operation = {
  method: "post",
  documentation: {
    operationId: "createIntegration",
    summary: "Create Integration",
    description: "Stores how a secret store is reached, encrypted. Sessions name it to fill in what it holds.",
    tags: TAGS,
    request: { body: { required: true, content: { "application/json": { schema: CreateIntegrationRequest } } } },
    responses: {
      200: jsonResponse(IntegrationResponse, "The integration is kept."),
      ...errorResponses(400, 409, 413, 415),
    },
  },
  handle: create,
};

const listOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listIntegrations",
    summary: "List Integrations",
    description: "Retrieves the account's integrations, the oldest first.",
    tags: TAGS,
    responses: { 200: jsonResponse(IntegrationListResponse, "The integrations."), ...errorResponses() },
  },
  handle: list,
};

const retrieveOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "getIntegration",
    summary: "Get Integration",
    description: "Retrieves what is known of an integration. Credentials are never shown.",
    tags: TAGS,
    request: { params: IntegrationPath },
    responses: { 200: jsonResponse(IntegrationResponse, "The integration."), ...errorResponses(404) },
  },
  handle: retrieve,
};

const deleteOperation: Operation = {
  method: "delete",
  documentation: {
    operationId: "deleteIntegration",
    summary: "Delete Integration",
    description: "Forgets an integration and its credentials. Sessions that name it fill in nothing more.",
    tags: TAGS,
    request: { params: IntegrationPath },
    responses: { 200: jsonResponse(IntegrationDeletedResponse, "The integration is gone."), ...errorResponses(404) },
  },
  handle: remove,
};

const usesOperation: Operation = {
  method: "get",
  documentation: {
    operationId: "listSecretUses",
    summary: "List Uses Of Secrets",
    description: "Berth's own: every use of the integration's secrets and every attempt, the newest first. No values.",
    tags: TAGS,
    request: { params: IntegrationPath },
    responses: { 200: jsonResponse(SecretUsesResponse, "The audit list."), ...errorResponses(404) },
  },
  handle: uses,
};

export const integrationPaths: readonly PathItem[] = [
  { path: "/v1/integrations", operations: [createOperation, listOperation] },
  { path: "/v1/integrations/{integration_id}", operations: [retrieveOperation, deleteOperation] },
  { path: "/v1/integrations/{integration_id}/uses", operations: [usesOperation] },
];
