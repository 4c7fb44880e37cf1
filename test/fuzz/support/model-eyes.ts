import type { TargetInfo } from "../../../src/cdp/targets.ts";
import { keyOf, type ModelClient, must, type Reading } from "./model-client.ts";
import type { ModelBrowser } from "./model-browser.ts";
import { mark } from "./model-commands.ts";

const IDS = /\bT\d{4}\b|\b[0-9A-F]{32}\b/g;
/** The end of something may be told although the thing itself was taken out of sight. */
const LAST_WORDS = new Set(["Target.targetDestroyed", "Target.targetCrashed", "Target.detachedFromTarget"]);

/** Who may see what, reckoned without Berth's help. */
export class Sight {
  /** Contexts that clients made, and who has them to itself. */
  readonly makers = new Map<string, ModelClient | undefined>();
  /** Berth's own tabs. */
  readonly ours = new Set<string>();
  /** The only other context that clients see, where sessions share the browser. */
  own: string | undefined;

  /** Whether a client may put something into a context. */
  mayUse(contextId: string, client: ModelClient): boolean {
    if (!this.makers.has(contextId)) return this.own === undefined || contextId === this.own;
    const maker = this.makers.get(contextId);
    return maker === undefined || maker === client;
  }

  isHidden(browser: ModelBrowser, targetId: string, client: ModelClient): boolean {
    const info = browser.everyTarget.get(targetId);
    if (info === undefined) return false;
    if (info.type === "browser_ui" || info.url.startsWith("chrome:") || this.ours.has(targetId)) return true;
    return !this.mayUse(String(info.browserContextId), client);
  }
}

/** Reads what a client was sent, and finds fault with what it should not have been sent. */
export class Eyes {
  readonly #browser: ModelBrowser;
  readonly #sight: Sight;

  constructor(browser: ModelBrowser, sight: Sight) {
    this.#browser = browser;
    this.#sight = sight;
  }

  /** A message that the client got on its own account, not in direct reply to what it just sent. */
  read(client: ModelClient, text: string): Reading {
    const message = JSON.parse(text) as Reading;
    const { sessionId } = message;
    const complain = (what: string) => (): string => `${client.name} ${what}: ${text}`;
    must(sessionId !== client.root, complain("was shown its root session"));
    must(sessionId === undefined || client.announced.has(sessionId), complain("was not told of this session"));
    const session = sessionId ?? client.root;
    const of = message.params?.["of"] ?? message.result?.["of"] ?? message.error?.data;
    must(of === undefined || of === mark(session), complain(`got a message of session ${String(of)}`));
    if (message.method === "Target.attachedToTarget") {
      const child = String(message.params?.["sessionId"]);
      must(this.#browser.everySession.get(child)?.rootId === client.root, complain("was told of another's session"));
      client.announce(child, session);
    }
    this.lookAtIds(client, message, text);
    const targetInfo = message.params?.["targetInfo"];
    client.toHear.delete(`${session} ${message.method}`);
    if (message.method === "Target.targetCreated" || message.method === "Target.targetInfoChanged") {
      client.described.add(`${session} ${(targetInfo as TargetInfo).targetId}`);
    }
    if (message.id === undefined) {
      must(message.method !== undefined, complain("got a message that is neither event nor answer"));
    } else {
      must(client.unanswered.delete(keyOf(session, message.id)), complain("got an answer twice, or unasked"));
    }
    return message;
  }

  /** No text may name what is hidden from its reader. */
  lookAtIds(client: ModelClient, { method = "" }: Reading, text: string): void {
    for (const id of text.match(IDS) ?? []) {
      if (!id.startsWith("T")) {
        must(client.announced.has(id), () => `${client.name} was shown the hidden session ${id}: ${text}`);
      } else if (!LAST_WORDS.has(method) || !client.seen.has(id)) {
        const hidden = this.#sight.isHidden(this.#browser, id, client);
        must(!hidden, () => `${client.name} was shown the hidden target ${id}: ${text}`);
        client.seen.add(id);
      }
    }
  }
}
