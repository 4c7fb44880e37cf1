import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Failure } from "../domain/failure.ts";
import type { DialectName } from "../domain/session-spec.ts";
import type { HttpEnv } from "./http-env.ts";

/** A failure in a dialect's own words. */
export interface RenderedFailure {
  readonly status: number;
  readonly body: object;
  /** Further response headers, such as `Retry-After` in seconds. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One public wire language. A new one costs a folder and a line in `dialects/index.ts`. */
export interface Dialect {
  readonly name: DialectName;
  /** The credential in the request, or `undefined` when this dialect's header is absent. */
  credential(headers: Headers): string | undefined;
  /** Paths that exist in this dialect alone: they select it for requests without any credential. */
  owns(path: string): boolean;
  /** Routes under `/v1`, with their validation and their OpenAPI document. */
  readonly app: OpenAPIHono<HttpEnv>;
  /** The OpenAPI 3.1 document of the routes, for `/openapi/{name}.json`. `serverUrl` is the deployment's origin. */
  openApiDocument(serverUrl: string): object;
  renderFailure(failure: Failure): RenderedFailure;
  /** The body of a 500 and of a path that the dialect does not know. */
  renderFault(fault: "internal" | "noSuchPath", requestId: string): RenderedFailure;
}
