import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import { within } from "../../domain/within.ts";
import { STAGE } from "./staging-script.ts";
import { WrittenFiles } from "./written-files.ts";

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
/** Bytes that are handed over at once: a multiple of 3, so that their base64 is one of 4. */
const PIECE_BYTES = 3 * 1024 * 1024;
/** What has a type and no ending gets one. */
const ANY_TYPE = "application/octet-stream";

/** Names that every machine's disk takes as they are. */
export const canBeStaged = (name: string): boolean => /^[\w][\w .()+-]{0,199}$/.test(name) && !/[. ]$/.test(name);

/**
 * Puts files on the browser's machine, for fields that take paths. CDP has no word for writing one; a tab of Berth's own,
 * in a context of its own, makes them and downloads them to a folder.
 */
export class StagedFiles {
  readonly #connection: CdpConnection;
  readonly #contextId: string;
  readonly #send: GatedTarget["send"];
  readonly #stage: string;
  readonly #folder: string;

  private constructor(options: {
    readonly connection: CdpConnection;
    readonly contextId: string;
    readonly send: GatedTarget["send"];
    readonly stage: string;
    readonly folder: string;
  }) {
    this.#connection = options.connection;
    this.#contextId = options.contextId;
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
    return new StagedFiles({ connection, contextId, send, stage: result.objectId ?? "", folder });
  }

  /** @param data base64 of the next part of a file. Files are counted from 0. */
  async keep(file: number, data: string): Promise<void> {
    await this.#call("keep", [file, data]);
  }

  /** @returns their paths on the browser's machine. */
  async finish(files: readonly StagedFile[]): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const [index, { name, type }] of files.entries()) {
      // Names are kept, so two of one name need two folders.
      paths.push(...(await this.#write(`${this.#folder}/${index}`, [{ file: index, name, type }])));
    }
    return paths;
  }

  /**
   * Writes the files of a tree, with the paths that they have in it.
   *
   * @throws when one of them could not be written under its own name.
   */
  async writeTree(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const [folder, names] of byFolder(files.keys())) {
      const path = folder === "" ? "" : `${folder}/`;
      await this.#keepAll(names.map((name) => files.get(path + name) ?? new Uint8Array()));
      const written = await this.#write(
        `${this.#folder}/${folder}`,
        names.map((name, file) => ({ file, name, type: ANY_TYPE })),
      );
      const misnamed = names.findIndex((name, at) => written[at]?.endsWith(`/${name}`) !== true);
      if (misnamed !== -1) throw new Error(`${path}${names[misnamed]} cannot be written under its name`);
    }
  }

  /** Lets go of everything but what has been written. */
  close(): void {
    // The browser may have gone.
    this.#connection.send("Target.disposeBrowserContext", { browserContextId: this.#contextId }).catch(() => undefined);
  }

  /** Small files are on their way together, and never more than a piece at a time waits. */
  async #keepAll(files: readonly Uint8Array[]): Promise<void> {
    let underWay: Promise<void>[] = [];
    let bytes = 0;
    for (const [file, content] of files.entries()) {
      for (let at = 0; at < content.byteLength; at += PIECE_BYTES) {
        const piece = content.subarray(at, at + PIECE_BYTES);
        if (bytes + piece.byteLength > PIECE_BYTES) {
          await Promise.all(underWay);
          underWay = [];
          bytes = 0;
        }
        underWay.push(this.keep(file, piece.toBase64()));
        bytes += piece.byteLength;
      }
    }
    await Promise.all(underWay);
  }

  /** Writes what is kept into one folder; answers where each file is. */
  async #write(
    downloadPath: string,
    files: readonly { readonly file: number; readonly name: string; readonly type: string }[],
  ): Promise<readonly string[]> {
    const params = { behavior: "allow", downloadPath, eventsEnabled: true } as const;
    await this.#connection.send("Browser.setDownloadBehavior", { ...params, browserContextId: this.#contextId });
    const written = new WrittenFiles(this.#connection);
    try {
      const urls = (await this.#call("write", [files])) as readonly string[];
      return await within(LIMIT_MS, Promise.all(urls.map((url) => written.find(url))));
    } finally {
      written.stop();
    }
  }

  async #call(method: "keep" | "write", values: readonly unknown[]): Promise<unknown> {
    const { result, exceptionDetails } = await this.#send("Runtime.callFunctionOn", {
      functionDeclaration: "function (method, ...args) { return this[method](...args); }",
      objectId: this.#stage,
      arguments: [method, ...values].map((value) => ({ value })),
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails !== undefined) throw new Error("the browser does not take the file");
    return result.value;
  }
}

/** The names of files by the folders that they are in; `""` is the one that all are in. */
function byFolder(paths: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const end = path.lastIndexOf("/");
    const folder = path.slice(0, Math.max(end, 0));
    folders.set(folder, [...(folders.get(folder) ?? []), path.slice(end + 1)]);
  }
  return folders;
}
