import type { Protocol } from "devtools-protocol";
import { downloadKey } from "../accounts/download-store.ts";
import { readRemoteFile, type RemoteFile } from "../capabilities/files/remote-file.ts";
import { DownloadDesk } from "../cdp/download-desk.ts";
import type { CdpEvent } from "../cdp/cdp-connection.ts";
import type { SessionId } from "../domain/ids.ts";
import { pause, settledWithin } from "../domain/within.ts";
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
  /** The browser's own id. */
  readonly guid: string;
  readonly url: string;
  readonly fileName: string;
  readonly originUrl: string;
  /** Of the page that it was downloaded from, and of the one that opened that. */
  readonly pageIds: readonly string[];
  readonly startedAt: number;
}

/** A file on the browser's machine that is not kept anywhere else. */
interface Held {
  readonly live: LiveBrowser;
  readonly file: RemoteFile;
  readonly fileName: string;
}

type Begun = Protocol.Browser.DownloadWillBeginEvent;
type Progress = Protocol.Browser.DownloadProgressEvent;

/** How long the end of a session waits for files that are on their way. */
const SETTLE_LIMIT_MS = 60_000;
/** Between looks for a file whose end nobody tells: two minutes in all. */
const RECOVERY_WAITS_MS = [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];
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
      path: this.#folder,
      onRefused: (error) => deps.logger.warn("session.downloads_refused", { sessionId: id, error }),
    });
    mux.downloads = desk;
    connection.onEvent((event) => this.#onEvent(live, desk, event));
    desk.keep(targets.own?.id);
    for (const contextId of targets.madeContexts()) desk.keep(contextId);
    for (const [guid, running] of this.#running) this.#options.background(this.#recover(live, guid, running));
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
    const pieces = readRemoteFile(held.live, held.file, this.#options.deps.downloads.maxBytes);
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
    const opener = live.targets.find(page?.openerId ?? "");
    this.#running.set(guid, {
      id: deps.ids.uuid(),
      guid,
      url,
      fileName: suggestedFilename || "download",
      originUrl: (opener ?? page)?.url ?? "",
      pageIds: [page?.targetId ?? live.tabs.inUse, opener?.targetId].filter((id) => id !== undefined),
      startedAt: deps.clock.now(),
    });
    live.mux.tell(desk.listeners(page?.browserContextId), "Browser.downloadWillBegin", begun);
  }

  #progressed(live: LiveBrowser, desk: DownloadDesk, { filePath, ...progress }: Progress): void {
    const running = this.#running.get(progress.guid);
    if (running === undefined) return;
    const page = live.targets.find(running.pageIds[0] ?? "");
    live.mux.tell(desk.listeners(page?.browserContextId), "Browser.downloadProgress", progress);
    if (progress.state === "inProgress") return;
    this.#running.delete(progress.guid);
    if (progress.state !== "completed") return;
    this.#whole(live, running, { path: filePath ?? this.#pathOf(progress.guid), bytes: progress.receivedBytes });
  }

  #pathOf(guid: string): string {
    return `${this.#folder}/${guid}`;
  }

  get #folder(): string {
    return `/tmp/berth-downloads/${this.#options.id}`;
  }

  #whole(live: LiveBrowser, running: Running, file: RemoteFile): void {
    const isHeld = this.#options.store.read()?.spec.p2pDownload === true;
    const work = isHeld ? this.#hold(live, running, file) : this.#capture(live, running, file);
    this.#captures.add(work);
    this.#options.background(work.finally(() => this.#captures.delete(work)));
  }

  /** Never rejects. */
  async #hold(live: LiveBrowser, { id, fileName, url, pageIds }: Running, file: RemoteFile): Promise<void> {
    this.#held.set(id, { live, file, fileName });
    const ready = { id, url, suggestedFilename: fileName, p2pDownloadUrl: await this.#linkTo(id) };
    const { mux } = live;
    const ofPage = pageIds.flatMap((pageId) => mux.sessionsOf(pageId));
    // The page may have been a tab that was opened for it, and has gone.
    mux.tell(ofPage.length > 0 ? ofPage : mux.sessionsOf(), "Anchor.downloadReady", ready);
  }

  /** Began over a connection that has broken, which alone would have told of its end. Never rejects. */
  async #recover(live: LiveBrowser, guid: string, running: Running): Promise<void> {
    const path = this.#pathOf(guid);
    for (const waitMs of RECOVERY_WAITS_MS) {
      await pause(waitMs);
      if (live.connection.isClosed || !this.#running.has(guid)) return;
      if (!(await isThere(live, path))) continue;
      this.#running.delete(guid);
      return this.#whole(live, running, { path, bytes: undefined });
    }
    this.#running.delete(guid);
  }

  /** Never rejects. */
  #capture(live: LiveBrowser, running: Running, file: RemoteFile): Promise<void> {
    const work = this.#last.then(() => this.#store(live, running, file));
    this.#last = work.catch((error: unknown) => {
      const { deps, id } = this.#options;
      deps.logger.warn("session.download_lost", { sessionId: id, error });
    });
    return this.#last;
  }

  async #store(live: LiveBrowser, running: Running, file: RemoteFile): Promise<void> {
    const { deps, id: sessionId, store, onStored } = this.#options;
    const { archive, store: index, retentionMs, maxBytes } = deps.downloads;
    const accountId = store.read()?.accountId;
    if (accountId === undefined) return;
    const { id, guid, url, originUrl, fileName, startedAt } = running;
    const createdAt = deps.clock.now();
    const row = { id, url, originUrl, fileName, durationMs: createdAt - startedAt, createdAt };
    const save = (outcome: { status: "ready" | "failed"; detail: string | null; size: number | null }) =>
      index.save({ sessionId, accountId }, { ...row, ...outcome, expiresAt: createdAt + retentionMs });
    const upload = await archive.upload(downloadKey(sessionId, id), "application/octet-stream");
    try {
      for await (const piece of readRemoteFile(live, file, maxBytes)) await upload.write(piece);
      const size = await upload.finish();
      await save({ status: "ready", detail: null, size });
      onStored({ name: fileName, path: await this.#linkTo(id) });
    } catch (error) {
      await upload.abandon().catch(() => undefined);
      // The browser may be there still, and the file: it is read over the next connection.
      if (live.connection.isClosed) return void this.#running.set(guid, running);
      await save({ status: "failed", detail: error instanceof Error ? error.message : String(error), size: null });
    }
  }

  async #linkTo(id: string): Promise<string> {
    const { deps, store, id: sessionId } = this.#options;
    const { expires, signature } = await deps.downloads.links.sign(sessionId, LINK_LIFETIME_MS);
    return `${store.read()?.origin ?? ""}/downloads/${sessionId}/${id}?expires=${expires}&signature=${signature}`;
  }
}

/** Chromium gives a file its name when it is whole. One without content cannot be told from one that is not there. */
async function isThere(live: LiveBrowser, path: string): Promise<boolean> {
  const pieces = readRemoteFile(live, { path, bytes: undefined }, Infinity);
  try {
    return (await pieces.next()).done !== true;
  } catch {
    return false;
  } finally {
    await pieces.return();
  }
}
