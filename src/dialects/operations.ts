import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Failure } from "../domain/failure.ts";
import type { Result } from "../domain/result.ts";
import type { Dialect, RenderedFailure } from "./dialect.ts";
import type { HttpEnv } from "./http-env.ts";

/** A successful answer: JSON, unless it says of what type it is. */
export type Reply =
  | { readonly status: 200 | 201; readonly body: object }
  | { readonly status: 200; readonly content: string | ReadableStream<Uint8Array>; readonly contentType: string }
  /** Where more than a status matters: ranges, validators. */
  | { readonly response: Response };

export type OperationMethod = "get" | "post" | "put" | "delete";

/** One method of one path: what it is called in the OpenAPI document, and what it does. */
export interface Operation {
  readonly method: OperationMethod;
  readonly documentation: Omit<RouteConfig, "method" | "path"> & { readonly operationId: string };
  readonly handle: (context: Context<HttpEnv>) => Promise<Result<Reply, Failure>>;
}

/** A path in OpenAPI's notation, `/v1/sessions/{id}`, and every method that it answers. */
export interface PathItem {
  readonly path: string;
  readonly operations: readonly Operation[];
}

/**
 * Builds a dialect's sub-app from its paths, the most specific first. Documents and routes come from the same
 * list; a known path answers other methods with 405 and `Allow`, everything else under `/v1` with 404.
 *
 * Requests are not validated by the framework but by the handlers, because its validators answer malformed
 * JSON and wrong media types in a shape that is not ours.
 */
export function createDialectApp(
  paths: readonly PathItem[],
  render: Pick<Dialect, "renderFailure" | "renderFault">,
): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  for (const { path, operations } of paths) {
    const route = path.replaceAll(/\{(\w+)\}/g, ":$1");
    for (const { method, documentation, handle } of operations) {
      app.openAPIRegistry.registerPath({ ...documentation, method, path });
      app.on(method.toUpperCase(), route, async (context) => {
        const result = await handle(context);
        if (!result.ok) return refuse(context, render.renderFailure(result.failure));
        const { value } = result;
        if ("response" in value) return value.response;
        if ("body" in value) return context.json(value.body, value.status);
        return context.body(value.content, value.status, { "content-type": value.contentType });
      });
    }
    const allowed = operations.map(({ method }) => method.toUpperCase());
    app.all(route, (context) => refuse(context, render.renderFailure({ kind: "methodNotAllowed", allowed })));
  }
  app.all("/v1/*", (context) => refuse(context, render.renderFault("noSuchPath", context.var.requestId)));
  return app;
}

/** Every status of a rendered failure has a body, which its type does not say. */
function refuse(context: Context, { status, body, headers }: RenderedFailure): Response {
  return context.json(body, status as ContentfulStatusCode, headers);
}

/** A JSON response for the OpenAPI document. */
export const jsonResponse = <Schema>(schema: Schema, description: string, example?: object) => ({
  description,
  content: { "application/json": { schema, ...(example !== undefined && { example }) } },
});
