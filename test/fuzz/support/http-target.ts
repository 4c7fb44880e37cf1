import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { ApiKeyStore } from "../../../src/accounts/api-key-store.ts";
import { createApiKeyStore } from "../../../src/accounts/api-key-store.ts";
import type { DialectName } from "../../../src/domain/session-spec.ts";
import { installCdpRoutes } from "../../../src/http/cdp-route.ts";
import { installPages } from "../../../src/http/pages-route.ts";
import { DIALECTS } from "../../../src/dialects/index.ts";
import { PROXY_TYPES } from "../../../src/domain/session-spec.ts";
import type { Authenticator, Caller } from "../../../src/http/authenticate.ts";
import { cryptoIds, FakeClock, NOON } from "../../unit/accounts/tenant.ts";
import { aPool } from "../../support/worker/a-pool.ts";
import { createAppSetup } from "../../unit/http/app-setup.ts";

/** No case may be stopped by a limit: that is another test's matter. */
const UNLIMITED = 1_000_000_000;
const PLAN = {
  monthlySessions: UNLIMITED,
  concurrentSessions: UNLIMITED,
  requestsPerMinute: UNLIMITED,
  maxLifetimeMs: null,
  proxyTypes: [...PROXY_TYPES, "custom"],
};

/**
 * Real keys on real D1, each asked for once: the same query ten thousand times over would be most of the run. What
 * is no key goes through every time.
 */
function rememberKeys(store: ApiKeyStore): Authenticator {
  const known = new Map<string, Caller>();
  return {
    async authenticate(key) {
      const caller = known.get(key) ?? (await store.authenticate(key));
      if (caller !== undefined) known.set(key, caller);
      return caller;
    },
    touch: async () => undefined,
  };
}

/** What a session's object was asked by the way in for CDP clients. */
export interface Knock {
  readonly id: string;
  readonly request: Request;
}

/** The whole HTTP side on real D1; sessions that launch nothing. */
export async function createHttpTarget() {
  const knocks: Knock[] = [];
  const clock = new FakeClock(NOON);
  const setup = await createAppSetup(
    {
      keys: rememberKeys(createApiKeyStore({ database: env.DB, clock, ids: cryptoIds })),
      installers: [
        (app) =>
          installCdpRoutes(app, {
            sessionObject: (id) => ({
              fetch: async (request) => {
                knocks.push({ id, request });
                return Response.json({ error: { code: "unauthorized", message: "no" } }, { status: 401 });
              },
            }),
            accountOf: async () => undefined,
          }),
        (app) =>
          installPages(app, {
            dialects: DIALECTS,
            assets: { fetch: async () => new Response("none", { status: 404 }) },
          }),
      ],
    },
    { pools: PROXY_TYPES.map((type) => aPool({ id: `pool_${type}`, type })), limits: PLAN, hasEveryProfile: true },
  );
  return { ...setup, knocks };
}

export type HttpTarget = Awaited<ReturnType<typeof createHttpTarget>>;

export const credentialOf = (dialect: DialectName, key: string): Record<string, string> =>
  dialect === "anchor" ? { "anchor-api-key": key } : { authorization: `Bearer ${key}` };

interface ErrorBody {
  readonly error: { readonly code: unknown; readonly message: unknown; readonly field?: unknown };
}

/** What gives away the inside of the Worker. */
const INSIDES = /D1_|SQLITE|TypeError|RangeError|SyntaxError|ZodError|\bat [\w.]+ \(|\.ts:\d/;

/** A refusal in the shape that the dialect documents. Meshbrow's is the operator's, too. */
export function expectRefusal(status: number, body: unknown, dialect: DialectName): ErrorBody["error"] {
  const { error } = body as ErrorBody;
  expect(Object.keys(body as object)).toEqual(["error"]);
  expect(error.message).toEqual(expect.any(String));
  expect(error.message).not.toBe("");
  expect(String(error.message)).not.toMatch(INSIDES);
  expect(String(error.message).length).toBeLessThan(2000);
  if (dialect === "anchor") expect(error.code).toBe(status);
  else expect(error.code).toMatch(/^[a-z_]+$/);
  return error;
}
