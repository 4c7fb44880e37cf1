import { z } from "@hono/zod-openapi";
import { text } from "../fields.ts";

const MAX_NAME_LENGTH = 255;
const MAX_TOKEN_LENGTH = 8192;
const MAX_HOST_LENGTH = 2048;

const isHost = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, pathname, search } = new URL(value);
  return /^https?:$/.test(protocol) && username === "" && password === "" && pathname === "/" && search === "";
};

const ServiceAccountCredentials = z
  .object({
    type: z.literal("serviceAccount").openapi({ description: "1Password itself." }),
    data: z
      .object({
        serviceAccount: text(1, MAX_TOKEN_LENGTH)
          .regex(/^ops_/, { error: "must be a service account's token, which begins with ops_" })
          .openapi({ description: "Token of a 1Password service account. Never shown again.", example: "ops_…" }),
      })
      .openapi({ description: "The credentials." }),
  })
  .openapi("ServiceAccountCredentials");

const ConnectCredentials = z
  .object({
    type: z.literal("connect").openapi({ description: "A Connect server of your own." }),
    data: z
      .object({
        host: z
          .string()
          .max(MAX_HOST_LENGTH)
          .refine(isHost, { error: "must be https://HOST[:PORT], without a path or credentials" })
          .openapi({ description: "Address of your Connect server.", example: "https://connect.example.com" }),
        token: text(1, MAX_TOKEN_LENGTH).openapi({ description: "A token of that server. Never shown again." }),
      })
      .openapi({ description: "The credentials." }),
  })
  .openapi("ConnectCredentials", { description: "Berth's own: a 1Password Connect server." });

/** The body of `POST /v1/integrations`. */
export const CreateIntegrationRequest = z
  .object({
    name: text(1, MAX_NAME_LENGTH).openapi({ description: "Name of the integration." }),
    type: z.enum(["1PASSWORD"]).openapi({ description: "Integration type." }),
    credentials: z
      .discriminatedUnion("type", [ServiceAccountCredentials, ConnectCredentials])
      .openapi({ description: "How its secrets are reached." }),
  })
  .openapi("CreateIntegrationRequest");
export type CreateIntegrationRequest = z.infer<typeof CreateIntegrationRequest>;

const Integration = z
  .object({
    id: z.uuid(),
    name: z.string(),
    type: z.enum(["1PASSWORD"]),
    path: z.string().openapi({ description: "Where it is described.", example: "/v1/integrations/550e8400-…" }),
    credentials_type: z.enum(["serviceAccount", "connect"]).openapi({ description: "How its secrets are reached." }),
    createdAt: z.iso.datetime(),
  })
  .openapi("StoredIntegration");
export type Integration = z.infer<typeof Integration>;

export const IntegrationResponse = z
  .object({ data: z.object({ integration: Integration }) })
  .openapi("IntegrationResponse");
export const IntegrationListResponse = z
  .object({ data: z.object({ integrations: z.array(Integration) }) })
  .openapi("IntegrationListResponse");
export const IntegrationDeletedResponse = z
  .object({
    data: z.object({ integration: z.object({ id: z.uuid(), deleted: z.literal(true), path: z.string() }) }),
  })
  .openapi("IntegrationDeletedResponse");

export const SecretUsesResponse = z
  .object({
    data: z.object({
      count: z.int(),
      items: z.array(
        z.object({
          session_id: z.string(),
          reference: z.string().openapi({ example: "op://vault/item/field" }),
          host: z.string().openapi({ description: "Of the document that it was for.", example: "example.com" }),
          outcome: z.string().openapi({ description: "`filled`, or why it was not.", example: "filled" }),
          created_at: z.iso.datetime(),
        }),
      ),
    }),
  })
  .openapi("SecretUsesResponse");

export const IntegrationPath = z.object({
  integration_id: z
    .string()
    .openapi({ param: { name: "integration_id", in: "path" }, description: "Id of the integration." }),
});
