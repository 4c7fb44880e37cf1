import { describe, it } from "vitest";
import { anchor } from "../../../src/dialects/anchor/index.ts";
import { DIALECTS } from "../../../src/dialects/index.ts";
import { meshbrow } from "../../../src/dialects/meshbrow/index.ts";
import { aRequest } from "../service/requests.ts";
import { createClient } from "./support/client.ts";
import { ANCHOR_ID, CREATED_AT, MESHBROW_ID, viewOf } from "./support/fake-sessions.ts";

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: { readonly data: object } }>>;
  };
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
}

const post = (client: ReturnType<typeof createClient>, headers: Record<string, string> = {}) =>
  client.jsonWith(headers)("POST", "/v1/sessions", {});

describe.for(DIALECTS)("the Idempotency-Key header in $name", (dialect) => {
  it("reaches the service as it is, up to 255 printable characters", async ({ expect }) => {
    const client = createClient(dialect);
    const keys = ["a", 'two words, "quoted"', "~".repeat(255)];
    for (const key of keys) expect((await post(client, { "idempotency-key": key })).status).toBeLessThan(300);
    expect(client.sessions.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual(keys);
  });

  it("may be absent", async ({ expect }) => {
    const client = createClient(dialect);
    expect((await post(client)).status).toBeLessThan(300);
    expect(client.sessions.calls[0]).not.toHaveProperty("idempotencyKey");
  });

  for (const [name, key] of [
    ["empty", ""],
    ["too long", "x".repeat(256)],
    ["not ASCII", "sch\u00f6n"],
    ["with a tab in it", "a\tb"],
  ] as const) {
    it(`is refused by its name when it is ${name}, and nothing is created`, async ({ expect }) => {
      const client = createClient(dialect);
      const { status, body } = await post(client, { "idempotency-key": key });
      const message = "Idempotency-Key must be 1 to 255 printable ASCII characters";
      expect(status).toBe(400);
      expect(body).toEqual({
        error:
          dialect.name === "meshbrow"
            ? { code: "invalid_request", message, field: "Idempotency-Key" }
            : { code: 400, message },
      });
      expect(client.sessions.calls).toEqual([]);
    });
  }

  it("is documented, and optional", ({ expect }) => {
    const document = dialect.openApiDocument("https://x") as unknown as Document;
    const parameters = document.paths["/v1/sessions"]?.["post"]?.parameters ?? [];
    expect(parameters.map(({ name, in: place, required = false }) => [name, place, required])).toEqual([
      ["Idempotency-Key", "header", false],
    ]);
  });
});

describe("a repeated create whose session has ended", () => {
  const ended = { status: "destroyed", endReason: "requested", endedAt: CREATED_AT + 1000 } as const;

  it("has the first answer's status and form in Meshbrow's dialect, without an address", async ({ expect }) => {
    const client = createClient(meshbrow);
    client.sessions.replayed = { ...viewOf(aRequest()), ...ended };
    const { status, body } = await post(client);
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: MESHBROW_ID, status: "destroyed", cdpUrl: null });
  });

  it("has the first answer's status and form in Anchor's dialect, without addresses", async ({ expect }) => {
    const client = createClient(anchor);
    client.sessions.replayed = { ...viewOf(aRequest({ dialect: "anchor" })), ...ended };
    const { status, body } = await post(client);
    expect(status).toBe(200);
    expect(body).toEqual({ data: { id: ANCHOR_ID } });
  });

  it("is foreseen in Anchor's document", ({ expect }) => {
    const { components } = anchor.openApiDocument("https://x") as unknown as Document;
    expect(components.schemas["SessionCreateResponse"]?.properties.data).toMatchObject({ required: ["id"] });
  });
});
