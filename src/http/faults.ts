import { HTTPException } from "hono/http-exception";
import type { Failure } from "../domain/failure.ts";

/** Causes of causes; more would be a cycle. */
const MAX_CAUSES = 5;

/** A moved Durable Object or a D1 primary that fails over is back within seconds. */
const RETRY_MS = 2000;

/** What D1 says when its schema is older than the code. */
const SCHEMA_MISSING = /no such (?:table|column)/i;

/**
 * A thrown error as something that the caller can be told, or `undefined` for a fault of ours (500).
 * Nothing of the error's own text leaves the Worker, except what Hono says about a request.
 */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof HTTPException) {
    return error.status < 500 ? { kind: "invalidRequest", message: error.message || "Invalid request" } : undefined;
  }
  const chain = causesOf(error);
  if (chain.some(isStorageError) && chain.some(({ message }) => SCHEMA_MISSING.test(message))) {
    return { kind: "notConfigured", message: "The database of this deployment lacks migrations: apply them" };
  }
  if (chain.some((cause) => isStorageError(cause) || isTransient(cause))) {
    return {
      kind: "unavailable",
      message: "The database of this deployment does not answer: try again",
      retryAfterMs: RETRY_MS,
    };
  }
  return undefined;
}

function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let cause = error; cause instanceof Error && chain.length < MAX_CAUSES; cause = cause.cause) chain.push(cause);
  return chain;
}

/** D1 marks its errors by the start of their message only. */
const isStorageError = ({ message }: Error): boolean => message.startsWith("D1_");

/** How the platform marks a Durable Object that is moving, restarting or overloaded. */
const isTransient = (error: PlatformError): boolean =>
  error.retryable === true || error.overloaded === true || error.durableObjectReset === true;

/** Properties that workerd sets on errors of calls to Durable Objects ("Error handling" in their documentation). */
interface PlatformError extends Error {
  readonly retryable?: unknown;
  readonly overloaded?: unknown;
  readonly durableObjectReset?: unknown;
}
