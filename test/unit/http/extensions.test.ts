import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";
import { extensionZip, MALFORMED, MANIFEST } from "../../support/zip/extensions.ts";
import { anchorAuth, createAppSetup, meshbrowAuth } from "./app-setup.ts";

type Setup = Awaited<ReturnType<typeof createAppSetup>>;
type Content = string | Uint8Array<ArrayBuffer>;

let setup: Setup;

beforeEach(async () => {
  setup = await createAppSetup();
});

async function send(method: string, path: string, init: RequestInit = {}) {
  const headers = { ...anchorAuth(setup.key), ...(init.headers as Record<string, string> | undefined) };
  const response = await setup.request(path, { ...init, method, headers });
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
}

/** A form of text fields and files. */
function formOf(parts: Readonly<Record<string, Content>>): FormData {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part === "string") form.set(name, part);
    else form.set(name, new File([part], "extension.zip", { type: "application/zip" }));
  }
  return form;
}

const upload = (parts: Readonly<Record<string, Content>>) => send("POST", "/v1/extensions", { body: formOf(parts) });
const refused = (code: number, message: unknown) => ({ status: code, body: { error: { code, message } } });

async function uploaded(): Promise<string> {
  const { body } = await upload({ name: "greeter", file: await extensionZip() });
  return (body as { data: { id: string } }).data.id;
}

describe("POST /v1/extensions", () => {
  it("keeps an extension, and says how it fares", async ({ expect }) => {
    const manifest = { action: {}, permissions: ["cookies"] };
    const file = await extensionZip(manifest, { "a.js": "chrome.debugger.attach(x)" });
    const { status, body } = await upload({ name: "My greeter", file });
    expect(status).toBe(200);
    const at = "2026-11-20T12:00:00.000Z";
    expect(body).toEqual({
      data: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: "My greeter",
        manifest: { ...MANIFEST, ...manifest },
        createdAt: at,
        updatedAt: at,
        support: "unsupported",
        unsupported: ["chrome.cookies", "chrome.debugger.attach"],
        limits: ["There is no toolbar: the popup cannot be opened and chrome.action.onClicked never fires."],
        size_bytes: JSON.stringify({ ...MANIFEST, ...manifest }).length + 25,
      },
    });
  });

  for (const { what, content, words } of MALFORMED) {
    it(`refuses ${what}, and keeps nothing`, async ({ expect }) => {
      expect(await upload({ name: "x", file: await content() })).toEqual(refused(400, expect.stringContaining(words)));
      expect((await send("GET", "/v1/extensions")).body).toEqual({ data: [] });
    });
  }

  it("refuses a form in which something is missing, by the field", async ({ expect }) => {
    const file = await extensionZip();
    expect(await upload({ file })).toEqual(refused(400, "name is required"));
    expect(await upload({ name: "", file })).toEqual(refused(400, "name must not be empty"));
    expect(await upload({ name: "x".repeat(256), file })).toEqual(
      refused(400, "name must be at most 255 characters long"),
    );
    expect((await upload({ name: "x".repeat(255), file })).status).toBe(200);
    expect(await upload({ name: file, file })).toEqual(refused(400, "name must be a string"));
    expect(await upload({ name: "x" })).toEqual(refused(400, "file is required"));
    expect(await upload({ name: "x", file: "text" })).toEqual(refused(400, "file must be a file, with a file name"));
  });

  it("refuses what is no form", async ({ expect }) => {
    const json = { headers: { "content-type": "application/json" }, body: "{}" };
    expect(await send("POST", "/v1/extensions", json)).toEqual(
      refused(400, "file is required: a file in a multipart form"),
    );
    const cut = { headers: { "content-type": "multipart/form-data; boundary=x" }, body: "--x\r\nContent-Disp" };
    expect(await send("POST", "/v1/extensions", cut)).toEqual(
      refused(400, "request body is not a valid multipart form"),
    );
  });

  it("takes 20 MB, and refuses more by the field or, of the whole body, as a body", async ({ expect }) => {
    const MIB = 1024 * 1024;
    const over = { name: "x", file: new Uint8Array(20 * MIB + 1) };
    expect(await upload(over)).toEqual(refused(400, "file: no more than 20 MB can be uploaded"));
    const far = { name: "x", file: new Uint8Array(22 * MIB) };
    expect(await upload(far)).toEqual(refused(413, `request body is larger than ${21 * MIB} bytes`));
  });

  it("refuses a hundred and first", async ({ expect }) => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
       INSERT INTO extensions SELECT hex(randomblob(16)), ?1, 'x', '{}', '{"support":"full"}', 1, 1, 1 FROM n`,
    )
      .bind(setup.principal.accountId)
      .run();
    expect(await upload({ name: "x", file: await extensionZip() })).toEqual(
      refused(409, "The account has 100 extensions: delete some first"),
    );
    const { objects } = await env.ARTIFACTS.list({ prefix: `extensions/${setup.principal.accountId}/` });
    expect(objects).toEqual([]);
  });
});

describe("an uploaded extension", () => {
  it("is listed, and shown without an envelope", async ({ expect }) => {
    const id = await uploaded();
    const shown = await send("GET", `/v1/extensions/${id}`);
    expect(shown).toMatchObject({ status: 200, body: { id, name: "greeter", manifest: MANIFEST, support: "full" } });
    expect(await send("GET", "/v1/extensions")).toEqual({ status: 200, body: { data: [shown.body] } });
  });

  it("is deleted with what is in it", async ({ expect }) => {
    const id = await uploaded();
    const key = `extensions/${setup.principal.accountId}/${id}.zip`;
    expect(await env.ARTIFACTS.head(key)).not.toBeNull();
    expect(await send("DELETE", `/v1/extensions/${id}`)).toEqual({
      status: 200,
      body: { data: { id, deleted: true } },
    });
    expect(await env.ARTIFACTS.head(key)).toBeNull();
    const gone = refused(404, `extension ${id} not found`);
    expect(await send("GET", `/v1/extensions/${id}`)).toEqual(gone);
    expect(await send("DELETE", `/v1/extensions/${id}`)).toEqual(gone);
  });

  it("does not exist for another account", async ({ expect }) => {
    const id = await uploaded();
    setup = await createAppSetup();
    for (const method of ["GET", "DELETE"]) {
      expect(await send(method, `/v1/extensions/${id}`)).toEqual(refused(404, `extension ${id} not found`));
    }
    expect((await send("GET", "/v1/extensions")).body).toEqual({ data: [] });
  });

  it("is Anchor's only", async ({ expect }) => {
    const response = await setup.request("/v1/extensions", { headers: meshbrowAuth(setup.key) });
    expect(response.status).toBe(404);
  });
});
