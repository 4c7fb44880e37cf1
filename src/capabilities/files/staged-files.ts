import type { Protocol } from "devtools-protocol";
import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import { within } from "../../domain/within.ts";
import { STAGE } from "./staging-script.ts";

/** A browser on whose machine files are put. */
export interface StagingBrowser {
  readonly connection: CdpConnection;
  readonly targets: { hideContext(contextId: string): void };
  /** A blank tab that clients do not see. */
  openHiddenTab(contextId: string | undefined): Promise<{ readonly targetId: string }>;
}

export interface StagedFile {
  readonly name: string;
  /** MIME type; `""` when it is not known. */
  readonly type: string;
}

const LIMIT_MS = 60_000;

/** Names that every machine's disk takes as they are. */
export const canBeStaged = (name: string): boolean => /^[\w][\w .()+-]{0,199}$/.test(name) && !/[. ]$/.test(name);

/**
 * Puts files on the browser's machine, for fields that take paths. CDP has no word for writing one; a tab of Berth's own,
 * in a context of its own, makes them and downloads them to a folder.
 */
export class StagedFiles {
  readonly #connection: CdpConnection;
  readonly #contextId: string;
  readonly #targetId: string;
  readonly #send: GatedTarget["send"];
  readonly #stage: string;
  readonly #folder: string;

  private constructor(options: {
    readonly connection: CdpConnection;
    readonly contextId: string;
    readonly targetId: string;
    readonly send: GatedTarget["send"];
    readonly stage: string;
    readonly folder: string;
  }) {
    this.#connection = options.connection;
    this.#contextId = options.contextId;
    this.#targetId = options.targetId;
    this.#send = options.send;
    this.#stage = options.stage;
    this.#folder = options.folder;
  }

  /** @param folder on the browser's machine; it is made. */
  static async open(browser: StagingBrowser, folder: string): Promise<StagedFiles> {
    const { connection, targets } = browser;
    const { browserContextId: contextId } = await connection.send("Target.createBrowserContext", {});
    targets.hideContext(contextId);
    const { targetId } = await browser.openHiddenTab(contextId);
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const send: GatedTarget["send"] = (method, params) =>
      connection.send(method, params, { sessionId, timeoutMs: LIMIT_MS });
    const { result } = await send("Runtime.evaluate", { expression: STAGE });
    return new StagedFiles({ connection, contextId, targetId, send, stage: result.objectId ?? "", folder });
  }

  /** @param data base64 of the next part of a file. Files are counted from 0. */
  async keep(file: number, data: string): Promise<void> {
    await this.#call("keep", [file, data]);
  }

  /** @returns their paths on the browser's machine. */
  async finish(files: readonly StagedFile[]): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const [index, file] of files.entries()) paths.push(await this.#write(index, file));
    return paths;
  }

  /** Lets go of everything but what has been written. */
  close(): void {
    // The browser may have gone.
    this.#connection.send("Target.disposeBrowserContext", { browserContextId: this.#contextId }).catch(() => undefined);
  }

  async #write(index: number, { name, type }: StagedFile): Promise<string> {
    await this.#connection.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      browserContextId: this.#contextId,
      // Names are kept, so two of one name need two folders.
      downloadPath: `${this.#folder}/${index}`,
      eventsEnabled: true,
    });
    const written = this.#written();
    await this.#call("write", [index, name, type]);
    return within(LIMIT_MS, written);
  }

  /** Where the next file of this tab was written to. */
  #written(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let guid: string | undefined;
    const stop = this.#connection.onEvent(({ method, params, sessionId }) => {
      if (sessionId !== "") return;
      if (method === "Browser.downloadWillBegin") {
        const begun = params as Protocol.Browser.DownloadWillBeginEvent;
        if (begun.frameId === this.#targetId) guid = begun.guid;
      } else if (method === "Browser.downloadProgress") {
        const { guid: about, state, filePath } = params as Protocol.Browser.DownloadProgressEvent;
        if (about !== guid || state === "inProgress") return;
        stop();
        if (state === "completed" && filePath !== undefined) resolve(filePath);
        else reject(new Error("the browser does not write the file"));
      }
    });
    return promise;
  }

  async #call(method: "keep" | "write", values: readonly (string | number)[]): Promise<void> {
    const { exceptionDetails } = await this.#send("Runtime.callFunctionOn", {
      functionDeclaration: "function (method, ...args) { this[method](...args); }",
      objectId: this.#stage,
      arguments: [method, ...values].map((value) => ({ value })),
      userGesture: true,
    });
    if (exceptionDetails !== undefined) throw new Error("the browser does not take the file");
  }
}
