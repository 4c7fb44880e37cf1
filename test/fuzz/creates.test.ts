import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { DialectName } from "../../src/domain/session-spec.ts";
import { runCampaign, SHARE } from "./support/campaign.ts";
import { mutatedText } from "./support/hostile.ts";
import { createHttpTarget, credentialOf, expectRefusal, type HttpTarget } from "./support/http-target.ts";
import { type Path, placesIn, replaceAt, valueAt, write } from "./support/json.ts";
import { anchorBody, meshbrowBody } from "./support/valid-bodies.ts";

const BODIES: Readonly<Record<DialectName, fc.Arbitrary<object>>> = { meshbrow: meshbrowBody, anchor: anchorBody };

const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constant("application/json") },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      undefined,
      "",
      "text/plain",
      "application/json; charset=utf-8",
      "application/json; charset=utf-16",
      "application/json;;;",
      "multipart/form-data",
      "APPLICATION/JSON",
      "application/x-www-form-urlencoded",
    ),
  },
);

let target: HttpTarget;

beforeAll(async () => {
  target = await createHttpTarget();
});

/** One create; answers its status and body, having checked what holds for every create. */
async function create(dialect: DialectName, text: BodyInit, type: string | undefined) {
  const before = target.sessions.created.length;
  const headers = { ...credentialOf(dialect, target.key), ...(type !== undefined && { "content-type": type }) };
  const response = await target.request("/v1/sessions", { method: "POST", body: text, headers });
  const body: unknown = await response.json();
  const launched = target.sessions.created.length - before;
  const { status } = response;
  if (response.ok) {
    expect(status).toBe(dialect === "anchor" ? 200 : 201);
    expect(launched).toBe(1);
    await endLast(dialect);
  } else {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(launched).toBe(0);
    expectRefusal(status, body, dialect);
  }
  expect(target.logger.events.splice(0)).not.toContain("http.request_failed");
  return { status, body };
}

/** Slots are counted on admission: thousands of live sessions would make every later case slower. */
async function endLast(dialect: DialectName): Promise<void> {
  const id = target.sessions.created.at(-1)?.id ?? "";
  const ended = await target.request(`/v1/sessions/${id}`, {
    method: "DELETE",
    headers: credentialOf(dialect, target.key),
  });
  expect(ended.status).toBe(200);
}

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;

/** A right body with one scalar made an object, which none of the fields may be, and where. */
const oneWrongField = (body: fc.Arbitrary<object>): fc.Arbitrary<{ readonly text: string; readonly path: Path }> =>
  fc
    .tuple(body, fc.nat(500), fc.constantFrom<unknown>({ unexpected: true }, [[1]], [{}]))
    .map(([document, place, wrong]) => {
      const places = placesIn(document).filter((path) => path.length > 0 && isScalar(valueAt(document, path)));
      const path = places[place % places.length] ?? [];
      return { text: write(path.length === 0 ? [] : replaceAt(document, path, wrong)), path };
    });

describe.for(["meshbrow", "anchor"] as const)("creates in %s's words", (dialect) => {
  const share = SHARE.creates / 2;

  it("are launched when they are right", (context) =>
    runCampaign(context, {
      name: `right creates, ${dialect}`,
      share: share * 0.05,
      arbitrary: BODIES[dialect],
      check: async (body) => {
        const { status, body: answer } = await create(dialect, JSON.stringify(body), "application/json");
        expect({ status, answer }).toMatchObject({ status: dialect === "anchor" ? 200 : 201 });
      },
    }));

  it("name the one field that is wrong", (context) =>
    runCampaign(context, {
      name: `one wrong field, ${dialect}`,
      share: share * 0.2,
      arbitrary: oneWrongField(BODIES[dialect]),
      check: async ({ text, path }) => {
        const { status, body } = await create(dialect, text, "application/json");
        expect(status).toBe(400);
        const error = expectRefusal(status, body, dialect);
        const field = path.join(".");
        expect(String(error.message).startsWith(field === "" ? "request body " : field)).toBe(true);
        if (dialect === "meshbrow" && field !== "") expect(String(error.field).startsWith(field)).toBe(true);
      },
    }));

  it("are answered in the dialect's words, whatever they hold", (context) =>
    runCampaign(context, {
      name: `mutated creates, ${dialect}`,
      share: share * 0.7,
      arbitrary: fc.tuple(mutatedText(BODIES[dialect]), contentType),
      check: async ([text, type]) => void (await create(dialect, text, type)),
    }));

  it("of any bytes are answered in the dialect's words", (context) =>
    runCampaign(context, {
      name: `bytes for a create, ${dialect}`,
      share: share * 0.05,
      arbitrary: fc.tuple(fc.uint8Array({ maxLength: 200 }), contentType),
      check: async ([bytes, type]) => void (await create(dialect, new Uint8Array(bytes), type)),
    }));
});
