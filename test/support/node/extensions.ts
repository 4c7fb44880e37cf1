import type { Api } from "./api.ts";

/** What an upload answers. */
export interface UploadAnswer {
  readonly status: number;
  readonly body: {
    readonly data?: { readonly id: string } & Readonly<Record<string, unknown>>;
    readonly error?: { readonly code: number; readonly message: string };
  };
}

/** Sends a form as any client would. */
export async function postExtension(api: Api, name: string, content: Uint8Array<ArrayBuffer>): Promise<UploadAnswer> {
  const body = new FormData();
  body.set("name", name);
  body.set("file", new File([content], "extension.zip", { type: "application/zip" }));
  const headers = { "anchor-api-key": api.apiKey };
  const response = await fetch(new URL("/v1/extensions", api.url), { method: "POST", headers, body });
  return { status: response.status, body: (await response.json()) as UploadAnswer["body"] };
}

/** The new extension's id. */
export async function uploadExtension(
  api: Api,
  content: Uint8Array<ArrayBuffer>,
  name = "an extension",
): Promise<string> {
  const { status, body } = await postExtension(api, name, content);
  if (body.data === undefined) throw new Error(`no extension: ${status} ${body.error?.message}`);
  return body.data.id;
}
