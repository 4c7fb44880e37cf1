import * as fc from "fast-check";
import { mutatedText } from "./hostile.ts";

/** A request as far as it does not depend on what there is in the database. */
export interface HostileRequest {
  readonly method: string;
  /** `{id}` stands for an id of the case's choice. */
  readonly template: string;
  /** As it stands in the path; `own`, `foreign` and `unknown` are ids that only the run knows. */
  readonly id: string;
  readonly query: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly credential: Credential;
  readonly body: string | undefined;
}

const CREDENTIALS = [
  "meshbrow",
  "meshbrow",
  "anchor",
  "anchor",
  "both",
  "both, one wrong",
  "none",
  "operator",
  "odd bearer",
  "odd anchor",
] as const;
type Credential = (typeof CREDENTIALS)[number];

/** Ways in for CDP clients. */
const ENTRANCES = [
  "/",
  "/cdp/{id}",
  "/cdp/{id}/json/version",
  "/cdp/{id}/json/new",
  "/cdp/{id}/devtools/page/{id}",
  "/cdp/{id}/cdp/{id}/json",
];

/** Every other path that the Worker knows, and some that it does not. */
const TEMPLATES = [
  "/v1/sessions",
  "/v1/sessions/{id}",
  "/v1/sessions/{id}",
  "/v1/sessions/{id}/tags",
  "/v1/sessions/{id}/tags",
  "/v1/sessions/{id}/tokens",
  "/v1/sessions/{id}/tokens/{id}",
  "/v1/sessions/{id}/pages",
  "/v1/sessions/all",
  "/v1/sessions/all/status",
  "/v1/account",
  "/v1/billing/usage",
  "/v1/status",
  "/v1/{id}",
  "/v1/sessions/{id}/{id}",
  "/admin/accounts",
  "/admin/accounts/{id}",
  "/admin/accounts/{id}/keys",
  "/admin/accounts/{id}/usage",
  "/admin/keys/{id}",
  "/admin/plans",
  "/admin/plans/{id}",
  "/admin/{id}",
  "/",
  "/health",
  "/live/{id}",
  "/docs/{id}",
  "/openapi/meshbrow.json",
  "/assets/{id}",
  "/{id}",
];

const ids = fc.oneof(
  fc.constantFrom("own", "own", "foreign", "unknown"),
  fc.constantFrom(
    "%00",
    "%E0%A4%A",
    "%ff",
    "%2e%2e%2f",
    "..",
    ".",
    "%2F",
    "a%0d%0aSet-Cookie:%20a=b",
    "__proto__",
    "constructor",
    "x".repeat(4000),
    "ses_",
    "ses_AAAAAAAAAAAAAAAAAAAAAAAAAA",
    "%F0%9F%98%80",
    "<script>alert(1)<%2Fscript>",
    "' OR 1=1",
    "all",
    "550E8400-E29B-41D4-A716-446655440000",
    "acct_aaaaaaaaaaaaaaaa",
    "free",
  ),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
);

const NAMES = ["page", "limit", "cursor", "status", "tags", "search", "sort_by", "sort_order", "created_from", "month"];
const MORE_NAMES = ["created_to", "proxy", "batch_id", "domains", "token", "apiKey", "url", "__proto__", "a[b]"];
const ENTRANCE_NAMES = ["token", "token", "apiKey", "sessionId", "url", ""];
const VALUES = [
  "",
  "0",
  "1",
  "-1",
  "1e9",
  "10",
  "50",
  "running",
  "active",
  "true",
  "null",
  "2026-13",
  "2026-11",
  "0000-01",
];
const MORE_VALUES = [
  "eyJhIjoxfQ",
  "2026-11-22T00:00:00Z",
  "+275760-09-13T00:00:00Z",
  "9999999999",
  "%",
  "%ZZ",
  "a,b,,c",
  "%_%",
];
const WORDS = [
  "asc",
  "created_at",
  "file:///etc/passwd",
  "\u0000",
  "x".repeat(2000),
  "' OR 1=1 --",
  "%00",
  "[]=",
  "😀",
];

const queryOf = (names: readonly string[]) =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom(...names),
        fc.oneof(fc.constantFrom(...VALUES, ...MORE_VALUES, ...WORDS), fc.string({ unit: "binary", maxLength: 20 })),
        fc.boolean(),
      ),
      { maxLength: 3 },
    )
    .map((pairs) =>
      pairs.map(([name, value, raw]) => `${name}=${raw ? value : encodeURIComponent(value.toWellFormed())}`).join("&"),
    );

const headers = fc.array(
  fc.constantFrom<(readonly [string, string])[]>(
    ["content-length", "0"],
    ["content-length", "-1"],
    ["content-length", "1e9"],
    ["content-length", "99999999999999999999"],
    ["content-length", "12, 13"],
    ["transfer-encoding", "chunked"],
    ["content-encoding", "gzip"],
    ["content-encoding", "br, gzip"],
    ["content-type", "text/html"],
    ["content-type", "application/json;charset=utf-16"],
    ["content-type", "application/json"],
    ["accept", "application/vnd.meshbrow.v1+json"],
    ["accept", ";;;,,,"],
    ["user-agent", "meshbrow/".padEnd(3000, "x")],
    ["idempotency-key", ""],
    ["idempotency-key", "a"],
    ["idempotency-key", "~".repeat(300)],
    ["upgrade", "websocket"],
    ["upgrade", "h2c"],
    ["origin", "https://evil.example"],
    ["origin", "null"],
    ["host", "evil.example"],
    ["x-forwarded-host", "evil.example"],
    ["berth-account", "acct_aaaaaaaaaaaaaaaa"],
    ["berth-token", "ct_aaaa"],
    ["x-http-method-override", "DELETE"],
    ["cookie", "a=b; __proto__=c"],
    ["if-none-match", "*"],
    ["range", "bytes=0-"],
  ),
  { maxLength: 3 },
);

const DOCUMENTS = [
  { tags: ["a", "b"] },
  { scopes: ["cdp", "live_view"] },
  { scope: "cdp" },
  { saveProfile: true },
  { name: "A tenant", plan: "free" },
  { name: "a key" },
  {
    monthlySessions: 1,
    overageMicros: null,
    concurrentSessions: 1,
    requestsPerMinute: 60,
    maxLifetimeMs: 1000,
    proxyTypes: ["isp"],
  },
];
const body = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...DOCUMENTS).map((document) => JSON.stringify(document)),
  mutatedText(fc.constantFrom<unknown>(...DOCUMENTS)),
);

const requestsTo = (templates: readonly string[], names: readonly string[]): fc.Arbitrary<HostileRequest> =>
  fc.record({
    method: fc.constantFrom("GET", "GET", "GET", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
    template: fc.constantFrom(...templates),
    id: ids,
    query: queryOf(names),
    headers,
    credential: fc.constantFrom(...CREDENTIALS),
    body,
  });

/** To the API, the operators' routes and the pages. */
export const hostileRequest = requestsTo(TEMPLATES, [...NAMES, ...MORE_NAMES]);

/** To the ways in for CDP clients. */
export const hostileEntrance = requestsTo(ENTRANCES, ENTRANCE_NAMES);
