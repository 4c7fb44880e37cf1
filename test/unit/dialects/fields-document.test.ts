import { describe, it } from "vitest";
import text from "../../../docs/fields.md?raw";
import { anchor } from "../../../src/dialects/anchor/index.ts";
import { meshbrow } from "../../../src/dialects/meshbrow/index.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

type Schemas = Readonly<Record<string, Schema>>;

/** Dotted paths of everything that a request may hold, lists written with `[]`. */
function fieldsOf(schema: Schema, schemas: Schemas, path = ""): readonly string[] {
  const { $ref, allOf = [], anyOf = [], oneOf = [] } = schema;
  if ($ref !== undefined) return fieldsOf(schemas[$ref.split("/").at(-1) ?? ""] ?? {}, schemas, path);
  const inner = [...allOf, ...anyOf, ...oneOf].flatMap((each) => fieldsOf(each, schemas, path));
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const below = fieldsOf(property, schemas, at);
    return below.length === 0 ? [at] : below;
  });
  const items = schema.items === undefined ? [] : fieldsOf(schema.items, schemas, `${path}[]`);
  return [...new Set([...inner, ...own, ...items])];
}

/** Fields that a section of the document has a row for, and how many columns each row fills. */
function rowsOf(heading: string): ReadonlyMap<string, number> {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    rows.map((line) => {
      const cells = line.split("|").slice(1, -1);
      return [/`([^`]+)`/.exec(cells[0] ?? "")?.[1] ?? "", cells.filter((cell) => cell.trim() !== "").length];
    }),
  );
}

describe.for([
  ["Meshbrow", meshbrow, "CreateSessionRequest"],
  ["Anchor", anchor, "SessionCreateRequest"],
] as const)("docs/fields.md, %s", ([name, dialect, request]) => {
  const document = dialect.openApiDocument("https://api.example.com") as { components: { schemas: Schemas } };
  const { schemas } = document.components;
  const rows = rowsOf(name);

  it("has a row for every field of the request, and for no other", ({ expect }) => {
    const fields = fieldsOf(schemas[request] ?? {}, schemas);
    expect(fields.length).toBeGreaterThan(10);
    expect([...rows.keys()].toSorted()).toEqual([...fields].toSorted());
  });

  it("says of each how it is applied, by which test that is shown, and what its limits are", ({ expect }) => {
    expect([...rows].filter(([, filled]) => filled !== 5)).toEqual([]);
  });

  it("names tests that exist", ({ expect }) => {
    const tests = Object.keys(import.meta.glob("/test/**/*.test.ts"));
    const named = [...text.matchAll(/`((?:unit|e2e|browser|fuzz)\/[\w/.-]+)`/g)].map(([, path = ""]) => path);
    const missing = named.filter((path) => !tests.some((test) => test === `/test/${path}.test.ts`));
    expect(named.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });
});
