import Anchorbrowser from "anchorbrowser";
import { describe } from "vitest";
import { postExtension, uploadExtension } from "../support/node/extensions.ts";
import { test } from "../support/node/test.ts";
import { extensionZip, MALFORMED, MANIFEST } from "../support/zip/extensions.ts";

interface ErrorBody {
  readonly error: { readonly code: number; readonly message: string };
}

describe("extensions", () => {
  test("are uploaded, listed by the official SDK, shown, and deleted", async ({ admin, expect }) => {
    const { api } = await admin.createAccount();
    const manifest = { content_scripts: [{ matches: ["<all_urls>"], js: ["a.js"] }], commands: {} };
    const uploaded = await postExtension(api, "greeter", await extensionZip(manifest, { "a.js": "chrome.runtime.id" }));
    expect(uploaded).toMatchObject({ status: 200, body: { data: { name: "greeter", support: "emulated" } } });
    const id = uploaded.body.data?.id ?? "";

    const sdk = new Anchorbrowser({ apiKey: api.apiKey, baseURL: api.url, maxRetries: 0 });
    const { data = [] } = await sdk.extensions.list();
    expect(data).toEqual([uploaded.body.data]);
    expect(data[0]).toMatchObject({ id, name: "greeter", manifest: { ...MANIFEST, ...manifest } });

    const shown = await api.call("anchor", `/v1/extensions/${id}`);
    expect([shown.status, shown.body]).toEqual([200, data[0]]);
    const deleted = await api.call("anchor", `/v1/extensions/${id}`, { method: "DELETE" });
    expect([deleted.status, deleted.body]).toEqual([200, { data: { id, deleted: true } }]);
    expect((await api.call("anchor", `/v1/extensions/${id}`)).status).toBe(404);
    expect((await sdk.extensions.list()).data).toEqual([]);
  });

  test("of another account, and those that never were, are not found, in creates neither", async ({
    api,
    admin,
    expect,
  }) => {
    const id = await uploadExtension(api, await extensionZip());
    const { api: stranger } = await admin.createAccount();
    for (const wanted of [id, crypto.randomUUID()]) {
      const answers = [
        await stranger.call<ErrorBody>("anchor", `/v1/extensions/${wanted}`),
        await stranger.call<ErrorBody>("anchor", `/v1/extensions/${wanted}`, { method: "DELETE" }),
        await stranger.call<ErrorBody>("anchor", "/v1/sessions", {
          method: "POST",
          body: { browser: { extensions: [wanted] } },
        }),
      ];
      for (const { status, body } of answers) {
        expect([status, body.error]).toEqual([404, { code: 404, message: `extension ${wanted} not found` }]);
      }
    }
    expect(await stranger.countActive()).toBe(0);
    expect((await api.call("anchor", `/v1/extensions/${id}`)).status).toBe(200);
    await api.call("anchor", `/v1/extensions/${id}`, { method: "DELETE" });
  });

  test("are refused with a reason for each that Chrome would not load", async ({ admin, expect }) => {
    const { api } = await admin.createAccount();
    for (const { content, words } of MALFORMED) {
      expect(await postExtension(api, "x", await content())).toEqual({
        status: 400,
        body: { error: { code: 400, message: expect.stringMatching(/^file: /) } },
      });
      const { body } = await postExtension(api, "x", await content());
      expect(body.error?.message).toContain(words);
    }
    const large = await postExtension(api, "x", new Uint8Array(20 * 1024 * 1024 + 1));
    expect([large.status, large.body.error?.message]).toEqual([400, "file: no more than 20 MB can be uploaded"]);
    expect((await api.call("anchor", "/v1/extensions")).body).toEqual({ data: [] });
  });
});
