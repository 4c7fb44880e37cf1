import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";

/** A browser on whose machine files are read. */
export interface FileBrowser {
  readonly connection: CdpConnection;
  readonly targets: { readonly own?: { readonly id: string } | undefined };
  /** A blank tab that clients do not see. */
  openHiddenTab(contextId: string | undefined): Promise<{ readonly targetId: string }>;
}

/** Bytes that are read at once: as base64 they are far from the largest message that the platform takes. */
const PIECE_BYTES = 3 * 1024 * 1024;
const LIMIT_MS = 60_000;

const INPUT = `(() => { const field = document.createElement("input"); field.type = "file"; return field; })()`;

const READ = `async function (from, to) {
  const reader = new FileReader();
  const read = new Promise((resolve, reject) => { reader.onload = resolve; reader.onerror = () => reject(reader.error); });
  reader.readAsDataURL(this.files[0].slice(from, to));
  await read;
  return reader.result.slice(reader.result.indexOf(",") + 1);
}`;

/** A file of the browser's machine. */
export interface RemoteFile {
  readonly path: string;
  /** As the browser has told it; `undefined` where nobody has. Chromium takes a file that is not there for an empty one. */
  readonly bytes: number | undefined;
}

/**
 * A file of the browser's machine, piece by piece. CDP has no word for reading one; a tab of Berth's own chooses it as a
 * user would, and reads it.
 *
 * @throws Error for a file that is larger than `maxBytes`, is not there as it was told, or cannot be read.
 */
export async function* readRemoteFile(
  browser: FileBrowser,
  { path, bytes }: RemoteFile,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { connection, targets } = browser;
  const { targetId } = await browser.openHiddenTab(targets.own?.id);
  try {
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const send: GatedTarget["send"] = (method, params) =>
      connection.send(method, params, { sessionId, timeoutMs: LIMIT_MS });
    const { result } = await send("Runtime.evaluate", { expression: INPUT });
    const objectId = result.objectId ?? "";
    await send("DOM.setFileInputFiles", { objectId, files: [path] });
    const call = async (functionDeclaration: string, values: readonly number[]): Promise<unknown> => {
      const args = values.map((value) => ({ value }));
      const how = { functionDeclaration, objectId, arguments: args, returnByValue: true, awaitPromise: true };
      const { result: answer, exceptionDetails } = await send("Runtime.callFunctionOn", how);
      if (exceptionDetails !== undefined) throw new Error("the browser cannot read its file");
      return answer.value;
    };
    const size = Number(await call("function () { return this.files[0].size; }", []));
    if (bytes === undefined ? size === 0 : size !== bytes) throw new Error("the browser has not the file");
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    for (let from = 0; from < size; from += PIECE_BYTES) {
      const piece = await call(READ, [from, Math.min(size, from + PIECE_BYTES)]);
      if (typeof piece !== "string") throw new Error("the browser cannot read its file");
      yield Uint8Array.fromBase64(piece);
    }
  } finally {
    connection.send("Target.closeTarget", { targetId }).catch(() => undefined);
  }
}
