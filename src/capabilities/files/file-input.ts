import type { GatedTarget } from "../../cdp/target-gate.ts";
import { CHOOSE, DROP, KEEP } from "./file-input-script.ts";

/** Sends commands to the page that the field is in. */
export type SendToPage = GatedTarget["send"];

export interface FileInputOptions {
  readonly send: SendToPage;
  readonly frameId: string;
  readonly backendNodeId: number;
}

export interface FileToChoose {
  readonly name: string;
  /** MIME type; `""` when it is not known. */
  readonly type: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

/**
 * An `<input type=file>` that is given files which are on no disk that the browser reaches. Their parts are kept in a
 * world of Berth's own until all are there, so the page sees them chosen at once.
 */
export class FileInput {
  readonly #send: SendToPage;
  readonly #objectId: string;

  private constructor(send: SendToPage, objectId: string) {
    this.#send = send;
    this.#objectId = objectId;
  }

  /** @throws CdpCommandError when the field has gone. */
  static async find({ send, frameId, backendNodeId }: FileInputOptions): Promise<FileInput> {
    const world = { frameId, worldName: "", grantUniveralAccess: false };
    const { executionContextId } = await send("Page.createIsolatedWorld", world);
    const { object } = await send("DOM.resolveNode", { backendNodeId, executionContextId });
    if (object.objectId === undefined) throw new Error("the field cannot be reached");
    return new FileInput(send, object.objectId);
  }

  /** @param data base64 of the next part of a file. Files are counted from 0. */
  async keep(file: number, data: string): Promise<void> {
    await this.#call(KEEP, [file, data]);
  }

  async choose(files: readonly FileToChoose[]): Promise<void> {
    await this.#call(CHOOSE, [files]);
  }

  /** Forgets what was kept. */
  async drop(): Promise<void> {
    await this.#call(DROP, []);
  }

  async #call(functionDeclaration: string, values: readonly unknown[]): Promise<void> {
    const { exceptionDetails } = await this.#send("Runtime.callFunctionOn", {
      functionDeclaration,
      objectId: this.#objectId,
      arguments: values.map((value) => ({ value })),
      silent: true,
    });
    if (exceptionDetails !== undefined) throw new Error("the field does not take the files");
  }
}
