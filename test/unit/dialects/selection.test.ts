import { describe, it } from "vitest";
import { anchor } from "../../../src/dialects/anchor/index.ts";
import type { Dialect } from "../../../src/dialects/dialect.ts";
import { selectDialect } from "../../../src/dialects/index.ts";
import { meshbrow } from "../../../src/dialects/meshbrow/index.ts";
import { BERTH_VERSION } from "../../../src/domain/version.ts";
import packageJson from "../../../package.json";

const chosen = (headers: Record<string, string>, path = "/v1/sessions") =>
  selectDialect(new Headers(headers), path).name;

describe("the choice of a dialect", () => {
  it.for([
    [{ authorization: "Bearer mb_live_x" }, "meshbrow"],
    [{ authorization: "bearer   mb_live_x" }, "meshbrow"],
    [{ authorization: "Bearer" }, "meshbrow"],
    [{ "anchor-api-key": "mb_live_x" }, "anchor"],
    [{ "anchor-api-key": "" }, "anchor"],
    [{ "anchor-api-key": "mb_live_x", authorization: "Basic dTpw" }, "anchor"],
    [{ "anchor-api-key": "mb_live_x", authorization: "Bearer mb_live_x" }, "meshbrow"],
    [{}, "meshbrow"],
    [{ authorization: "Basic dTpw" }, "meshbrow"],
  ] as const)("%j speaks %s", ([headers, name], { expect }) => {
    expect(chosen(headers)).toBe(name);
  });

  it("follows the header on a path of the other dialect", ({ expect }) => {
    expect(chosen({ authorization: "Bearer x" }, "/v1/sessions/all")).toBe("meshbrow");
    expect(chosen({ "anchor-api-key": "x" }, "/v1/status")).toBe("anchor");
  });

  it.for([
    ["/v1/sessions/all", "anchor"],
    ["/v1/sessions/all/status", "anchor"],
    ["/v1/sessions/x/pages", "anchor"],
    ["/v1/sessions/x/tags", "anchor"],
    ["/v1/sessions/x/tokens", "anchor"],
    ["/v1/sessions/x/tokens/ct_y", "anchor"],
    ["/v1/sessions/x", "meshbrow"],
    ["/v1/status", "meshbrow"],
    ["/v1/sessions/x/tags/y", "meshbrow"],
    ["/v1/unknown", "meshbrow"],
  ] as const)("without a credential %s speaks %s", ([path, name], { expect }) => {
    expect(chosen({}, path)).toBe(name);
  });

  it("has each dialect own exactly the documented paths that the other does not have", ({ expect }) => {
    const pathsOf = (dialect: Dialect): string[] =>
      Object.keys((dialect.openApiDocument("https://x.test") as { paths: object }).paths).map((path) =>
        path.replaceAll(/\{\w+\}/g, "x"),
      );
    for (const [own, other] of [
      [meshbrow, anchor],
      [anchor, meshbrow],
    ] as const) {
      const others = pathsOf(other);
      for (const path of pathsOf(own)) expect([path, own.owns(path)]).toEqual([path, !others.includes(path)]);
    }
  });

  it("reads the credential from the header that chose the dialect", ({ expect }) => {
    expect(meshbrow.credential(new Headers({ authorization: "Bearer  mb_live_x " }))).toBe("mb_live_x");
    expect(meshbrow.credential(new Headers({ authorization: "Bearer" }))).toBe("");
    expect(meshbrow.credential(new Headers({ authorization: "Bearerx" }))).toBeUndefined();
    expect(anchor.credential(new Headers({ "anchor-api-key": " mb_live_x " }))).toBe("mb_live_x");
    expect(anchor.credential(new Headers())).toBeUndefined();
  });
});

it("says the package's version", ({ expect }) => {
  expect(BERTH_VERSION).toBe(packageJson.version);
});
