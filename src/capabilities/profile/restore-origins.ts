import type { PausedRequest, RequestHandler, RequestPattern, Ruling } from "../../cdp/fetch-broker.ts";
import type { ContentPart, OriginContent } from "../../domain/profile-content.ts";
import { within } from "../../domain/within.ts";
import { WRITER } from "./page/script.ts";
import type { StorageTab } from "./storage-tab.ts";

export interface RestoreOptions {
  readonly tab: StorageTab;
  /** What is not in the browser yet. */
  readonly origins: readonly OriginContent[];
  readonly read: (part: ContentPart) => Promise<string>;
  /** Whether the frame belongs to a context that has no profile. */
  readonly isElsewhere: (frameId: string) => boolean;
  readonly onRestored: (origin: string) => void;
  /** An origin could not be restored; its page shows an error, and the next request for it tries again. */
  readonly onFailed: (origin: string, error: unknown) => void;
}

/** Content may be large, and the page waits for it; after that the request fails. */
const LIMIT_MS = 60_000;

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : "");

/**
 * Storage comes back when its origin is first asked for a document: the request stands still until everything is
 * where the page's first script expects it. Nobody waits for origins that nobody visits.
 */
export class RestoreOrigins implements RequestHandler {
  readonly #options: RestoreOptions;
  readonly #pending: Map<string, OriginContent>;
  readonly #restoring = new Map<string, Promise<void>>();

  constructor(options: RestoreOptions) {
    this.#options = options;
    this.#pending = new Map(options.origins.map((content) => [content.origin, content]));
  }

  /** Whether the origin's content is not in the browser yet. */
  isPending(origin: string): boolean {
    return this.#pending.has(origin);
  }

  /** Restores what is left, without waiting for anybody to ask. */
  async restoreAll(): Promise<void> {
    for (const origin of this.#pending.keys()) await this.#restoreOnce(origin);
  }

  readonly patterns = (): readonly RequestPattern[] =>
    Array.from(this.#pending.keys(), (origin) => ({ urlPattern: `${origin}/*`, resourceType: "Document" }));

  readonly rule = ({ request, frameId, resourceType }: PausedRequest): Promise<Ruling | undefined> | undefined => {
    if (this.#pending.size === 0 || resourceType !== "Document") return undefined;
    const origin = originOf(request.url);
    if (!this.#pending.has(origin)) return undefined;
    const { tab, isElsewhere } = this.#options;
    return tab.isOf(frameId) || isElsewhere(frameId) ? undefined : this.#prepare(origin);
  };

  async #prepare(origin: string): Promise<Ruling | undefined> {
    try {
      await within(LIMIT_MS, this.#restoreOnce(origin));
      return undefined;
    } catch (error) {
      this.#options.onFailed(origin, error);
      return { fails: "Failed" };
    }
  }

  /** Several frames may ask at once. */
  #restoreOnce(origin: string): Promise<void> {
    const restoring =
      this.#restoring.get(origin) ?? this.#restore(origin).finally(() => this.#restoring.delete(origin));
    this.#restoring.set(origin, restoring);
    return restoring;
  }

  async #restore(origin: string): Promise<void> {
    const content = this.#pending.get(origin);
    if (content === undefined) return;
    const { tab, read, onRestored } = this.#options;
    const [first, ...others] = content.parts;
    // The first part is on its way while the page opens; mostly it is the only one.
    const reading = first === undefined ? Promise.resolve("") : read(first);
    reading.catch(() => undefined);
    await tab.visit(origin, WRITER, async (page) => {
      await page.call("add", await reading);
      for (const part of others) await page.call("add", await read(part));
      await page.call("write");
    });
    this.#pending.delete(origin);
    onRestored(origin);
  }
}
