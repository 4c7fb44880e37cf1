import { describe, it } from "vitest";
import { callWorker } from "../../support/worker/api.ts";

const PAGES = [
  "/",
  "/docs/meshbrow",
  "/docs/anchor",
  "/live/ses_%3Cscript%3Ealert(1)%3C%2Fscript%3E?token=%22%3E%3Cb%3E",
];

describe("a page for people", () => {
  it.for(PAGES)("runs and loads nothing but its own files: %s", async (path, { expect }) => {
    const response = await callWorker(path);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/script-src 'self'(?:;|$)/);
    // The live view is made to be embedded: its link is the credential.
    const ancestors = path.startsWith("/live/") ? "*" : "'none'";
    expect(policy).toContain(`frame-ancestors ${ancestors}`);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    // Its address may hold a token.
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    const html = await response.text();
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(html).not.toMatch(/<script>|\son\w+=/);
  });
});
