import type { Protocol } from "devtools-protocol";
import type { CdpConnection, CdpEvent } from "../../cdp/cdp-connection.ts";

/** Where the browser writes downloads to, by the addresses that they come from. */
export class WrittenFiles {
  readonly #urls = new Map<string, string>();
  readonly #files = new Map<string, PromiseWithResolvers<string>>();
  readonly stop: () => void;

  constructor(connection: Pick<CdpConnection, "onEvent">) {
    this.stop = connection.onEvent((event) => this.#onEvent(event));
  }

  /** The path of what comes from there, once it is written. */
  find(url: string): Promise<string> {
    return this.#file(url).promise;
  }

  #file(url: string): PromiseWithResolvers<string> {
    const file = this.#files.get(url) ?? Promise.withResolvers<string>();
    this.#files.set(url, file);
    return file;
  }

  #onEvent({ method, params, sessionId }: CdpEvent): void {
    if (sessionId !== "") return;
    if (method === "Browser.downloadWillBegin") {
      const { guid, url } = params as Protocol.Browser.DownloadWillBeginEvent;
      this.#urls.set(guid, url);
    } else if (method === "Browser.downloadProgress") {
      const { guid, state, filePath } = params as Protocol.Browser.DownloadProgressEvent;
      const url = this.#urls.get(guid);
      if (url === undefined || state === "inProgress") return;
      const { promise, resolve, reject } = this.#file(url);
      // Of files that nobody asks for, too: a client's.
      promise.catch(() => undefined);
      if (state === "completed" && filePath !== undefined) resolve(filePath);
      else reject(new Error("the browser does not write the file"));
    }
  }
}
