import type { CdpConnection } from "./cdp-connection.ts";
import type { CdpCommand } from "./messages.ts";
import type { MuxClient, MuxSession } from "./mux-client.ts";

/** What a client wants of downloads, in one context. */
interface Wish {
  /** `""` is the default one. */
  readonly contextId: string;
  readonly hearsEvents: boolean;
  readonly isDenied: boolean;
}

export interface DownloadDeskOptions {
  readonly connection: CdpConnection;
  /** The context that clients take for the default one; `undefined` for the browser's own. */
  readonly defaultContext: () => string | undefined;
  /** On the browser's machine. */
  readonly path: string;
  /** This browser does not download. */
  readonly onRefused: (error: unknown) => void;
}

/**
 * Chromium has one setting of downloads for each context, and tells of them whoever set it last. So that setting is
 * Berth's: what clients set is carried out here, and they are told what the browser tells.
 */
export class DownloadDesk {
  readonly #options: DownloadDeskOptions;
  readonly #wishes = new Map<MuxSession, Wish>();

  constructor(options: DownloadDeskOptions) {
    this.#options = options;
  }

  /** Downloads of the context are kept from now on. */
  keep(contextId: string | undefined, behavior: "allowAndName" | "deny" = "allowAndName"): void {
    const { connection, path, onRefused } = this.#options;
    const inContext = contextId === undefined || contextId === "" ? {} : { browserContextId: contextId };
    connection
      .send("Browser.setDownloadBehavior", { behavior, downloadPath: path, eventsEnabled: true, ...inContext })
      .catch(onRefused);
  }

  /** A client's own setting. Where files go is not for it to say: it has no disk on that machine. */
  wish(session: MuxSession, contextId: string, { behavior, eventsEnabled }: CdpCommand["params"]): void {
    const isDenied = behavior === "deny";
    this.#wishes.set(session, { contextId, hearsEvents: eventsEnabled === true, isDenied });
    this.keep(contextId === "" ? this.#options.defaultContext() : contextId, isDenied ? "deny" : "allowAndName");
  }

  /** What a client that has left wanted holds no longer. */
  clientLeft(client: MuxClient): void {
    for (const [session, { contextId, isDenied }] of this.#wishes) {
      if (session.client !== client) continue;
      this.#wishes.delete(session);
      if (isDenied) this.keep(contextId === "" ? this.#options.defaultContext() : contextId);
    }
  }

  /** The sessions of clients that are to hear of downloads in a context; `undefined` where it is not known. */
  listeners(contextId: string | undefined): readonly MuxSession[] {
    const own = this.#options.defaultContext();
    const isDefault = contextId !== undefined && contextId === own;
    return [...this.#wishes]
      .filter(([session]) => session.client.sessions.get(session.id) === session)
      .filter(([, wish]) => wish.hearsEvents)
      .filter(
        ([, wish]) =>
          contextId === undefined ||
          wish.contextId === (isDefault ? "" : contextId) ||
          (own === undefined && wish.contextId === ""),
      )
      .map(([session]) => session);
  }
}
