import { describe, it } from "vitest";
import { DIALECTS } from "../../../src/dialects/index.ts";
import type { DialectName } from "../../../src/domain/session-spec.ts";
import { createClient } from "./support/client.ts";

const NESTED = 10_000;
const nested = (open: string, close: string): string => open.repeat(NESTED) + close.repeat(NESTED);

/** What it is, the body, and the field that must be named: Meshbrow's, Anchor's. */
const MALFORMED: readonly (readonly [string, string])[] = [
  ["text that is not JSON", "hello"],
  ["a JSON text cut off", '{"timeout": '],
  ["a trailing comma", '{"timeout": 1,}'],
  ["NaN", '{"timeout": NaN}'],
  ["single quotes", "{'timeout': 1}"],
  ["10,000 nested arrays", nested("[", "]")],
  ["10,000 nested objects", `${'{"a":'.repeat(NESTED)}1${"}".repeat(NESTED)}`],
  ["10,000 open brackets", "[".repeat(NESTED)],
  ["more values than any request needs", JSON.stringify({ session: { tags: Array(10_001).fill(1) } })],
  ["half a million values", `[${"1,".repeat(500_000)}1]`],
  ["200,000 unknown keys", JSON.stringify(Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, 1])))],
  ["an array", "[]"],
  ["null", "null"],
  ["a string", '"x"'],
  ["a number", "5"],
  ["true", "true"],
];

/** A mistake in one field, in each dialect: the body and the field. */
const WRONG_FIELDS: Readonly<Record<DialectName, readonly (readonly [string, string])[]>> = {
  meshbrow: [
    ['{"__proto__": {"timeout": 5}}', "__proto__"],
    ['{"proxy": {"type": "isp", "__proto__": 1}}', "proxy.__proto__"],
    ['{"proxy": {"\\u005f_proto__": 1}}', "proxy.__proto__"],
    ['{"timeout": 1e999}', "timeout"],
    [`{"profileId": "${"x".repeat(100_000)}"}`, "profileId"],
    ['{"constructor": 1}', "constructor"],
  ],
  anchor: [
    ['{"__proto__": {"session": 5}}', "__proto__"],
    ['{"session": {"__proto__": 1}}', "session.__proto__"],
    ['{"anything": [{"__proto__": 1}]}', "anything.0.__proto__"],
    ['{"session": {"timeout": {"max_duration": 1e999}}}', "session.timeout.max_duration"],
    [`{"browser": {"profile": {"name": "${"x".repeat(100_000)}"}}}`, "browser.profile.name"],
    ['{"session": []}', "session"],
  ],
};

describe.for(DIALECTS)("bad input in $name's words", (dialect) => {
  const shape = (status: number, message: string | RegExp) =>
    dialect.name === "anchor" ? { code: status, message } : { code: errorCode(status), message };
  const errorCode = (status: number) => (status === 415 ? "unsupported_media_type" : "invalid_request");

  it.for(MALFORMED)("%s is a 400", async ([, body], { expect }) => {
    const { json, sessions } = createClient(dialect);
    const answer = await json("POST", "/v1/sessions", body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: shape(400, expect.stringMatching(/^request body/)) });
    expect(sessions.created).toEqual([]);
  });

  it.for(WRONG_FIELDS[dialect.name])("%.60s names %s", async ([body, field], { expect }) => {
    const { json } = createClient(dialect);
    const answer = await json("POST", "/v1/sessions", body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error: { message: expect.stringMatching(`^${field.replaceAll(".", "\\.")} `) },
    });
    expect(answer.text.length).toBeLessThan(1000);
  });

  it("bytes that are not UTF-8 are a 400", async ({ expect }) => {
    const { send } = createClient(dialect);
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const answer = await send("POST", "/v1/sessions", { body, headers: { "content-type": "application/json" } });
    expect(answer.body).toEqual({ error: expect.objectContaining({ message: "request body is not valid UTF-8" }) });
  });

  it("9,000 mistakes in one array are answered at once, by the first", async ({ expect }) => {
    const { json } = createClient(dialect);
    const unknown = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`k${index}`, 1]));
    const anchorBody = { ...unknown, session: { tags: Array(9000).fill(1) } };
    const meshbrowBody = { ...unknown, recording: Array(9000).fill(1) };
    const start = performance.now();
    const answer = await json("POST", "/v1/sessions", dialect.name === "anchor" ? anchorBody : meshbrowBody);
    const field = dialect.name === "anchor" ? "session.tags" : "k0";
    expect(answer.body).toMatchObject({ error: { message: expect.stringMatching(`^${field}`) } });
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.for([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/xml",
    "application/jsonx",
    "application/json; charset=latin1",
    "",
  ])("a body of type %j is a 415", async (contentType, { expect }) => {
    const { send } = createClient(dialect);
    const answer = await send("POST", "/v1/sessions", { body: "{}", headers: { "content-type": contentType } });
    expect(answer.status).toBe(415);
    expect(answer.body).toEqual({ error: shape(415, "request body must be application/json") });
  });

  it.for([
    "application/json",
    "Application/JSON",
    "application/json; charset=UTF-8",
    'application/json;charset="utf-8"',
  ])("a body of type %s is read", async (contentType, { expect }) => {
    const { send } = createClient(dialect);
    const answer = await send("POST", "/v1/sessions", { body: "{}", headers: { "content-type": contentType } });
    expect(answer.status).toBeLessThan(300);
  });

  it("a body without a type is read, an empty one of any type is none", async ({ expect }) => {
    const { send } = createClient(dialect);
    const bytes = new TextEncoder().encode("{}");
    expect((await send("POST", "/v1/sessions", { body: bytes })).status).toBeLessThan(300);
    expect((await send("POST", "/v1/sessions", { headers: { "content-type": "text/plain" } })).status).toBeLessThan(
      300,
    );
  });

  it.for([
    ["PATCH", "/v1/sessions", "POST, GET"],
    ["PUT", "/v1/sessions/ses_1", "GET, DELETE"],
    ["POST", "/v1/sessions/ses_1", "GET, DELETE"],
  ] as const)("%s %s is a 405 that says what is allowed", async ([method, path, allow], { expect }) => {
    const answer = await createClient(dialect).send(method, path);
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe(allow);
    expect(answer.body).toHaveProperty("error.message");
  });

  it.for(["/v1/nothing", "/v1/sessions/", "/v1/sessions/ses_1/nothing", "/v1/"])(
    "%s is a 404",
    async (path, { expect }) => {
      const answer = await createClient(dialect).send("GET", path);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(dialect.renderFault("noSuchPath", "req-1").body);
    },
  );

  it("reads a session of the account by an id of the other dialect's form, or says that there is none", async ({
    expect,
  }) => {
    const { send } = createClient(dialect);
    for (const id of ["ses_k8m2n4p6q5r3s2t4u6v5w3x2ya", "550e8400-e29b-41d4-a716-446655440000", "%00", "%E0%A4%A"]) {
      expect((await send("GET", `/v1/sessions/${id}`)).status).toBe(404);
    }
  });
});
