import { describe, it } from "vitest";
import { DIALECTS } from "../../../src/dialects/index.ts";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
}
interface Described {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
}
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema & { readonly $ref?: string; readonly allOf?: object }>>;
}
interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === "$ref" && typeof child === "string" ? [child] : referencesIn(child),
  );
}

describe.for(DIALECTS)("the OpenAPI document of $name", (dialect) => {
  const document = dialect.openApiDocument("https://api.example.com") as unknown as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

  it("is a 3.1 document of this deployment with one security scheme that exists", ({ expect }) => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.servers).toEqual([{ url: "https://api.example.com" }]);
    const schemes = document.security.flatMap((requirement) => Object.keys(requirement));
    expect(schemes).toEqual(Object.keys(document.components.securitySchemes));
  });

  it("names and describes every operation, its success and its errors", ({ expect }) => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(operations.length);
    expect(ids).not.toContain(undefined);
    for (const { operation } of operations) {
      const statuses = Object.keys(operation.responses);
      // What Berth refuses by name is documented as refused, and in no other way.
      const isRefused = operation.description?.startsWith("Not supported: ") ?? false;
      expect(statuses.some((status) => status.startsWith("2"))).toBe(!isRefused);
      expect(statuses).toEqual(expect.arrayContaining(["401", "429", "500", "503"]));
      expect(operation.summary && operation.description).toBeTruthy();
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description).toBeTruthy();
        // What succeeds may be a file; what fails says so in JSON.
        if (!status.startsWith("2")) expect(response.content).toHaveProperty("application/json");
        for (const content of Object.values(response.content ?? {})) expect(content).toHaveProperty("schema");
        expect(Object.keys(response.content ?? {})).not.toEqual([]);
      }
    }
  });

  it("declares every path parameter and describes every parameter", ({ expect }) => {
    for (const { path, operation } of operations) {
      const parameters = operation.parameters ?? [];
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      for (const { name, description } of parameters) expect([name, description]).toEqual([name, expect.any(String)]);
    }
  });

  it("resolves every reference", ({ expect }) => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      expect(Object.keys(document.components.schemas)).toContain(reference.replace("#/components/schemas/", ""));
    }
  });

  it("describes every property of a request", ({ expect }) => {
    const requests = Object.entries(document.components.schemas).filter(([name]) => /Request$|Config$/.test(name));
    expect(requests.length).toBeGreaterThan(0);
    for (const [name, { properties = {} }] of requests) {
      for (const [property, schema] of Object.entries(properties)) {
        const described = schema.description !== undefined || schema.$ref !== undefined || schema.allOf !== undefined;
        expect([name, property, described || name.startsWith("OnePassword")]).toEqual([name, property, true]);
      }
    }
  });
});
