import type {
  Addressee,
  Batch,
  Delivered,
  HeardMessage,
  PlayedTab,
  Sent,
  Speaker,
} from "../../domain/extension-link.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import { settledWithin } from "../../domain/within.ts";
import type { EmulatedExtension } from "./emulated-extension.ts";

export type Send = GatedTarget["send"];

/** Where code of an extension runs. */
export interface Whereabouts {
  readonly extension: EmulatedExtension;
  /** Whether it is in a world of somebody's page: all other places are the extension's own. */
  readonly isForeign: boolean;
  readonly url: string;
  /** The tab that shows it, and the frame in it; of the background there is none. */
  readonly pageId?: string;
  readonly frameId?: string;
}

/** A place's end in the browser. */
export interface FoundLink {
  readonly send: Send;
  readonly objectId: string;
}

interface LivePlace extends FoundLink {
  readonly name: string;
  readonly where: Whereabouts;
  /** Those that it has to do with hear of its end. */
  readonly partners: Set<string>;
}

export interface PlacesOptions {
  /** Carries out a method of an API, in the browser's place. */
  readonly call: (where: Whereabouts, api: string, args: readonly unknown[]) => Promise<unknown>;
  readonly tab: (pageId: string) => PlayedTab | undefined;
  /** What extensions call a tab, and a frame. */
  readonly tabIdOf: (pageId: string) => number;
  readonly frameIdOf: (pageId: string, frameId: string) => number;
  /** Settles when an extension's background listens, or there will be none. */
  readonly whenReady: (extension: EmulatedExtension) => Promise<unknown> | undefined;
}

/** Longer than any document lives: the answer comes when there is something to say. */
const DAY_MS = 24 * 60 * 60 * 1000;
const NEXT = "function (acknowledged) { return this.next(acknowledged); }";
const DELIVER = "function (json) { this.deliver(json); }";
/** How long a document that has just come may take to show whether there is a place in it. */
const LOOKING_LIMIT_MS = 1000;
/** Messages to places that are not known (yet). */
const MAX_HELD = 500;

/**
 * Carries what extensions' code says from place to place. Nothing of it is kept here: a place says again what was not
 * acknowledged, and messages name the places that they come from and are for.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #places = new Map<string, LivePlace>();
  /** Documents, by their pages, in which it is not known yet whether there is a place. */
  readonly #expected = new Map<string, Set<Promise<void>>>();
  readonly #held: { readonly to: string; readonly delivered: Delivered }[] = [];

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /**
   * Listens to a place until it ends, which never rejects.
   *
   * @param finding answers where it is, or that there is none; who writes to its tab meanwhile waits for that.
   * @param onFound hears that it is found, or that there is none.
   */
  async follow(where: Whereabouts, finding: Promise<FoundLink | undefined>, onFound?: () => void): Promise<void> {
    const { promise: looked, resolve } = Promise.withResolvers<void>();
    const found = (): void => {
      resolve();
      onFound?.();
    };
    this.#expect(where, looked);
    let place: LivePlace | undefined;
    try {
      const link = await finding;
      if (link === undefined) return;
      for (let acknowledged = -1; ;) {
        const batch = await this.#next(link, acknowledged);
        place ??= this.#met({ ...link, name: batch.place, where, partners: new Set() });
        found();
        for (const sent of batch.sent) await this.#pass(place, sent);
        acknowledged = batch.last;
      }
    } catch {
      // Its document has gone.
      if (place !== undefined) this.#gone(place);
    } finally {
      found();
    }
  }

  /** Tells an extension's own places of something. */
  async tell(extension: EmulatedExtension, name: string, args: readonly unknown[]): Promise<void> {
    await this.#options.whenReady(extension);
    const body = { kind: "event" as const, name, args };
    for (const place of this.#of(extension)) if (!place.where.isForeign) this.#deliver(place.name, { body });
  }

  #expect({ pageId }: Whereabouts, looked: Promise<void>): void {
    if (pageId === undefined) return;
    const expected = this.#expected.get(pageId) ?? new Set();
    this.#expected.set(pageId, expected.add(looked));
    void looked.then(() => expected.delete(looked) && expected.size === 0 && this.#expected.delete(pageId));
  }

  async #next({ send, objectId }: FoundLink, acknowledged: number): Promise<Batch> {
    const { result } = await send(
      "Runtime.callFunctionOn",
      {
        functionDeclaration: NEXT,
        objectId,
        arguments: [{ value: acknowledged }],
        awaitPromise: true,
        returnByValue: true,
        silent: true,
      },
      { timeoutMs: DAY_MS },
    );
    return JSON.parse(String(result.value)) as Batch;
  }

  #met(place: LivePlace): LivePlace {
    this.#places.set(place.name, place);
    const waiting = this.#held.filter(({ to }) => to === place.name);
    for (const each of waiting) this.#held.splice(this.#held.indexOf(each), 1);
    for (const { delivered } of waiting) this.#deliver(place.name, delivered);
    return place;
  }

  #gone({ name, partners, objectId }: LivePlace): void {
    // Somebody else may have found it again.
    if (this.#places.get(name)?.objectId !== objectId) return;
    this.#places.delete(name);
    for (const partner of partners) this.#deliver(partner, { body: { kind: "gone", place: name } });
  }

  async #pass(from: LivePlace, { seq, to, body }: Sent): Promise<void> {
    if (to === "browser") {
      if (body.kind === "call") void this.#answer(from, body);
      return;
    }
    await this.#whenReachable(from, to);
    const names = this.#addressed(from, to);
    if (body.kind === "message" || body.kind === "open") {
      for (const name of names) {
        from.partners.add(name);
        this.#places.get(name)?.partners.add(from.name);
      }
      // Before there can be an answer.
      this.#deliver(from.name, { body: { kind: "sent", key: body.key, places: names } });
    }
    const speaker = this.#speaker(from);
    for (const name of names) this.#deliver(name, { from: speaker, seq, body });
    const isUnheard = body.kind === "call" && names.length === 0;
    const reason = "the extension's background is not there";
    if (isUnheard) this.#deliver(from.name, { body: { kind: "result", key: body.key, error: reason } });
  }

  /** Documents that have just come, and backgrounds that are about to, are waited for. */
  async #whenReachable({ where }: LivePlace, to: Exclude<Addressee, "browser">): Promise<void> {
    if (to === "own" || to === "all") await this.#options.whenReady(where.extension);
    else if ("tabId" in to) {
      const pages = [...this.#expected.keys()].filter((pageId) => this.#options.tabIdOf(pageId) === to.tabId);
      const looking = Promise.all(pages.flatMap((pageId) => [...(this.#expected.get(pageId) ?? [])]));
      // A document that stands still answers nothing.
      if (pages.length > 0) await settledWithin(LOOKING_LIMIT_MS, looking);
    }
  }

  async #answer(from: LivePlace, { key, api, args }: Extract<HeardMessage, { kind: "call" }>): Promise<void> {
    const answer = await this.#options.call(from.where, api, args).then(
      (value) => ({ value: value ?? null }),
      (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
    );
    this.#deliver(from.name, { body: { kind: "result", key, ...answer } });
  }

  #addressed(from: LivePlace, to: Exclude<Addressee, "browser">): readonly string[] {
    if (typeof to === "object" && "place" in to) return [to.place];
    const others = this.#of(from.where.extension).filter(({ name }) => name !== from.name);
    const addressed = others.filter(({ where }) => to === "all" || this.#isAddressed(where, to));
    return addressed.map(({ name }) => name);
  }

  #isAddressed({ isForeign, pageId, frameId }: Whereabouts, to: "own" | { tabId: number; frameId?: number }): boolean {
    if (to === "own") return !isForeign;
    if (pageId === undefined || this.#options.tabIdOf(pageId) !== to.tabId) return false;
    return to.frameId === undefined || this.#options.frameIdOf(pageId, frameId ?? pageId) === to.frameId;
  }

  #speaker({ name, where: { url, pageId, frameId } }: LivePlace): Speaker {
    if (pageId === undefined) return { place: name, url };
    const tab = this.#options.tab(pageId);
    const frame = this.#options.frameIdOf(pageId, frameId ?? pageId);
    return { place: name, url, frameId: frame, ...(tab && { tab }) };
  }

  #of(extension: EmulatedExtension): readonly LivePlace[] {
    return [...this.#places.values()].filter(({ where }) => where.extension === extension);
  }

  #deliver(name: string, delivered: Delivered): void {
    const place = this.#places.get(name);
    if (place === undefined) {
      // After a break places are found again one by one.
      this.#held.push({ to: name, delivered });
      if (this.#held.length > MAX_HELD) this.#held.shift();
      return;
    }
    const { objectId } = place;
    const given = { functionDeclaration: DELIVER, objectId, arguments: [{ value: JSON.stringify(delivered) }] };
    // It may have gone: whoever waits for its answer hears of that.
    place.send("Runtime.callFunctionOn", { ...given, silent: true }).catch(() => undefined);
  }
}
