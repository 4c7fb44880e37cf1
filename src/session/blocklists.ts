import { type Blocklist, readBlocklist } from "../capabilities/adblock/blocklist.ts";

/** What lists are about: ads and trackers; banners that ask for consent, and the like. */
export type BlocklistName = "ads" | "annoyances";

/** Compiled filter lists; shared by the sessions of an isolate, because each takes megabytes. */
export class Blocklists {
  readonly #read: (name: BlocklistName) => Promise<Uint8Array>;
  readonly #lists = new Map<BlocklistName, Promise<Blocklist>>();

  /** @param read the list as this deployment's build compiled it. */
  constructor(read: (name: BlocklistName) => Promise<Uint8Array>) {
    this.#read = read;
  }

  /** @throws when it cannot be had; the next session tries again. */
  get(name: BlocklistName): Promise<Blocklist> {
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    const list = this.#read(name).then(readBlocklist);
    this.#lists.set(name, list);
    list.catch(() => this.#lists.delete(name));
    return list;
  }
}
