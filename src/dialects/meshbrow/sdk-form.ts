import type { HonoRequest } from "hono";
import type { OwnedSession } from "../../session/session-object.ts";
import type { DestroyedSession, SessionList } from "./response-schemas.ts";
import { renderCreatedSession } from "./render.ts";

/** What a client sends in `Accept` to be answered like the vendor's client libraries. */
export const SDK_MEDIA_TYPE = "application/vnd.meshbrow.v1+json";

/** `meshbrow-python/0.1.0` and `meshbrow-rust/0.1.0` are published; the prefix covers their siblings. */
const SDK_USER_AGENT = /^meshbrow-[a-z0-9]+\//i;

/**
 * The vendor publishes two wire forms. Its documents describe bare camelCase bodies; its client libraries read
 * snake_case inside a `data` envelope, and one of them cannot do without. Only those clients get the envelope.
 */
export function wantsSdkForm(request: HonoRequest): boolean {
  const accepted = (request.header("accept") ?? "")
    .split(",")
    .map((range) => range.split(";")[0]?.trim().toLowerCase());
  return accepted.includes(SDK_MEDIA_TYPE) || SDK_USER_AGENT.test(request.header("user-agent") ?? "");
}

/** Absent rather than `null`: the Rust library's fields are plain strings with a default for absence. */
export function sdkSession(owned: OwnedSession, origin: string): object {
  const session = renderCreatedSession(owned, origin);
  const { connectToken } = owned;
  return {
    data: {
      id: session.id,
      status: session.status,
      ...(session.cdpUrl !== null && { cdp_endpoint: session.cdpUrl }),
      ...(connectToken !== null && { token: connectToken }),
      stealth: session.stealth,
      created_at: session.createdAt,
      ...(session.expiresAt !== null && { expires_at: session.expiresAt }),
      proxy: session.proxy,
    },
  };
}

export function sdkDestroyed({ id, status, duration, metrics }: DestroyedSession): object {
  const { pagesVisited, bytesTransferred, proxyCost } = metrics;
  return {
    data: {
      id,
      status,
      duration,
      metrics: { pages_visited: pagesVisited, bytes_transferred: bytesTransferred, proxy_cost: proxyCost },
    },
  };
}

export function sdkList({ items, total, hasMore, nextCursor }: SessionList): object {
  return {
    data: {
      sessions: items.map(({ id, status, proxy, createdAt, expiresAt }) => ({
        id,
        status,
        proxy,
        created_at: createdAt,
        ...(expiresAt !== null && { expires_at: expiresAt }),
      })),
      metrics: { total, has_more: hasMore, ...(nextCursor !== undefined && { next_cursor: nextCursor }) },
    },
  };
}

const toSnakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Any other body: in the envelope, with the names of its properties in snake_case. */
export const sdkBody = (body: object): object => ({ data: withSnakeCase(body) });

function withSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSnakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [toSnakeCase(name), withSnakeCase(each)]));
}
