import type { Protocol } from "devtools-protocol";
import { downloadKey } from "../accounts/download-store.ts";
import { readRemoteFile } from "../capabilities/files/remote-file.ts";
import { DownloadDesk } from "../cdp/download-desk.ts";
import type { CdpEvent } from "../cdp/cdp-connection.ts";
import type { SessionId } from "../domain/ids.ts";
import { settledWithin } from "../domain/within.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { SessionStore } from "./session-store.ts";

export interface SessionDownloadsOptions {
  readonly id: SessionId;
  readonly deps: SessionDeps;
  readonly store: SessionStore;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
  /** Shows a person that a file is there. */
  readonly onStored: (download: { readonly name: string; readonly path: string }) => void;
}

interface Running {
  readonly id: string;
  readonly url: string;
  readonly fileName: string;
  readonly originUrl: string;
  readonly pageId: string | undefined;
  readonly startedAt: number;
}

/** A file on the browser's machine that is not kept anywhere else. */
interface Held {
  readonly live: LiveBrowser;
  readonly path: string;
  readonly fileName: string;
}

type Begun = Protocol.Browser.DownloadWillBeginEvent;
type Progress = Protocol.Browser.DownloadProgressEvent;

/** How long the end of a session waits for files that are on their way. */
const SETTLE_LIMIT_MS = 60_000;
const LINK_LIFETIME_MS = 24 * 60 * 60_000;

/** What a session downloads: taken from the browser's machine, which goes with the session, and kept. */
export class SessionDownloads {
  readonly #options: SessionDownloadsOptions;
  /** By the browser's own id. */
  readonly #running = new Map<string, Running>();
  readonly #held = new Map<string, Held>();
  readonly #captures = new Set<Promise<void>>();
  /** One after the other: each takes memory. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: SessionDownloadsOptions) {
    this.#options = options;
  }

  /** Keeps what this browser downloads from now on. A browser that sessions share downloads nothing. */
  over(live: LiveBrowser): void {
    const { connection, targets, mux } = live;
    if (targets.sharesBrowser) return;
    const { id, deps } = this.#options;
    const desk = new DownloadDesk({
      connection,
      defaultContext: () => targets.own?.id,
      path: `/tmp/berth-downloads/${id}`,
      onRefused: (error) => deps.logger.warn("session.downloads_refused", { sessionId: id, error }),
    });
    mux.downloads = desk;
    connection.onEvent((event) => this.#onEvent(live, desk, event));
    desk.keep(targets.own?.id);
    for (const contextId of targets.madeContexts()) desk.keep(contextId);
  }

  /** Whether files are on their way. */
  get isBusy(): boolean {
    return this.#captures.size > 0;
  }

  /** The session is about to end: waits for what is on its way, for a while. */
  async settle(): Promise<void> {
    await settledWithin(SETTLE_LIMIT_MS, Promise.allSettled(this.#captures));
  }

  /** A file that is kept nowhere, as long as its browser is there. */
  open(id: string): Response {
    const held = this.#held.get(id);
    if (held === undefined || held.live.connection.isClosed) return new Response(null, { status: 404 });
    const pieces = readRemoteFile(held.live, held.path, this.#options.deps.downloads.maxBytes);
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await pieces.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      cancel: async () => void (await pieces.return()),
    });
    return new Response(body, { headers: { "berth-file-name": encodeURIComponent(held.fileName) } });
  }

  #onEvent(live: LiveBrowser, desk: DownloadDesk, { method, params, sessionId }: CdpEvent): void {
    if (sessionId !== "") return;
    if (method === "Browser.downloadWillBegin") this.#begun(live, desk, params as Begun);
    else if (method === "Browser.downloadProgress") this.#progressed(live, desk, params as Progress);
  }

  #begun(live: LiveBrowser, desk: DownloadDesk, begun: Begun): void {
    const { guid, url, suggestedFilename, frameId } = begun;
    // Berth's own: a file that is put on that machine.
    if (live.targets.isHidden(frameId)) return;
    const { deps } = this.#options;
    const page = live.targets.find(frameId);
    this.#running.set(guid, {
      id: deps.ids.uuid(),
      url,
      fileName: suggestedFilename || "download",
      originUrl: page?.url ?? "",
      pageId: page?.targetId ?? live.tabs.inUse,
      startedAt: deps.clock.now(),
    });
    live.mux.tell(desk.listeners(page?.browserContextId), "Browser.downloadWillBegin", begun);
  }

  #progressed(live: LiveBrowser, desk: DownloadDesk, { filePath, ...progress }: Progress): void {
    const running = this.#running.get(progress.guid);
    if (running === undefined) return;
    const page = live.targets.find(running.pageId ?? "");
    live.mux.tell(desk.listeners(page?.browserContextId), "Browser.downloadProgress", progress);
    if (progress.state === "inProgress") return;
    this.#running.delete(progress.guid);
    if (progress.state !== "completed") return;
    const path = filePath ?? `/tmp/berth-downloads/${this.#options.id}/${progress.guid}`;
    const isHeld = this.#options.store.read()?.spec.p2pDownload === true;
    const work = isHeld ? this.#hold(live, running, path) : this.#capture(live, running, path);
    this.#captures.add(work);
    this.#options.background(work.finally(() => this.#captures.delete(work)));
  }

  /** Never rejects. */
  async #hold(live: LiveBrowser, { id, fileName, url, pageId }: Running, path: string): Promise<void> {
    this.#held.set(id, { live, path, fileName });
    const ready = { id, url, suggestedFilename: fileName, fetchUrl: await this.#linkTo(id) };
    live.mux.tell(live.mux.sessionsOf(pageId), "Anchor.downloadReady", ready);
  }

  /** Never rejects. */
  #capture(live: LiveBrowser, running: Running, path: string): Promise<void> {
    const work = this.#last.then(() => this.#store(live, running, path));
    this.#last = work.catch((error: unknown) => {
      const { deps, id } = this.#options;
      deps.logger.warn("session.download_lost", { sessionId: id, error });
    });
    return this.#last;
  }

  async #store(live: LiveBrowser, running: Running, path: string): Promise<void> {
    const { deps, id: sessionId, store, onStored } = this.#options;
    const { archive, store: index, retentionMs, maxBytes } = deps.downloads;
    const accountId = store.read()?.accountId;
    if (accountId === undefined) return;
    const { id, url, originUrl, fileName, startedAt } = running;
    const createdAt = deps.clock.now();
    const row = { id, url, originUrl, fileName, durationMs: createdAt - startedAt, createdAt };
    const save = (outcome: { status: "ready" | "failed"; detail: string | null; size: number | null }) =>
      index.save({ sessionId, accountId }, { ...row, ...outcome, expiresAt: createdAt + retentionMs });
    const upload = await archive.upload(downloadKey(sessionId, id), "application/octet-stream");
    try {
      for await (const piece of readRemoteFile(live, path, maxBytes)) await upload.write(piece);
      const size = await upload.finish();
      await save({ status: "ready", detail: null, size });
      onStored({ name: fileName, path: await this.#linkTo(id) });
    } catch (error) {
      await upload.abandon().catch(() => undefined);
      await save({ status: "failed", detail: error instanceof Error ? error.message : String(error), size: null });
    }
  }

  async #linkTo(id: string): Promise<string> {
    const { deps, store, id: sessionId } = this.#options;
    const { expires, signature } = await deps.downloads.links.sign(sessionId, LINK_LIFETIME_MS);
    return `${store.read()?.origin ?? ""}/downloads/${sessionId}/${id}?expires=${expires}&signature=${signature}`;
  }
}
