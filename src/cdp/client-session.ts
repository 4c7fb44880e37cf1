import type { CdpError } from "./messages.ts";

/** Rewrites the result of a command before the client sees it. */
export type ResultRewriter = (result: Record<string, unknown>) => object;

/** A command that the browser has not answered yet. */
export interface WaitingCommand {
  readonly id: number;
  readonly method: string;
  /** UTF-16 code units on their way to the browser. */
  readonly units: number;
  readonly rewriter?: ResultRewriter | undefined;
  readonly before?: BeforeAnswer | undefined;
}

/** What has to be done before the client gets the answer; never rejects. */
export type BeforeAnswer = (result: Record<string, unknown>) => Promise<void>;

/** Chromium's own words for commands that a crash left unanswered (`devtools_session.cc`). */
export const TARGET_CRASHED: CdpError = { code: -32_000, message: "Target crashed" };

/** Until a crashed tab is loaded anew, its renderer answers nothing: the bound for commands sent meanwhile. */
const CRASHED_LIMIT_MS = 5000;

/** These bring a crashed tab back; how long they take is the page's affair. */
const REVIVING: ReadonlySet<string> = new Set(["Page.navigate", "Page.reload"]);

/** One protocol session of a client: whose it is, and the commands on it that wait for an answer. */
export class ClientSession<Client> {
  readonly client: Client;
  readonly id: string;
  /** The session that this one was made in; `""` for a client's first. */
  readonly parentId: string;
  /** It addresses the whole browser, not one target; until something else is known, that is assumed. */
  isBrowser = true;
  /** What it is attached to; `undefined` for the browser. */
  target: { readonly id: string; readonly type: string } | undefined;
  /** The tab's renderer is gone, and nothing was loaded since. */
  crashed = false;
  /** The client has the Page domain on: it hears of dialogs. */
  hearsPage = false;
  /** Targets that this session's discovery told of, and the client did not hear. */
  readonly unseenTargets = new Set<string>();
  readonly #waiting = new Map<number, WaitingCommand>();

  constructor({ client, id, parentId }: { client: Client; id: string; parentId: string }) {
    this.client = client;
    this.id = id;
    this.parentId = parentId;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  isWaiting(id: number): boolean {
    return this.#waiting.has(id);
  }

  /**
   * Notes a command that leaves for the browser.
   *
   * @param onOverdue hears of a command that a crashed tab did not answer within 5 s.
   */
  sent(command: WaitingCommand, onOverdue: () => void): void {
    const { id, method } = command;
    this.#waiting.set(id, command);
    if (!this.crashed || REVIVING.has(method)) return;
    setTimeout(() => {
      if (this.crashed && this.#waiting.get(id) === command) onOverdue();
    }, CRASHED_LIMIT_MS);
  }

  /** The command that `id` answers; `undefined` when none waits, or it was answered already. */
  take(id: number): WaitingCommand | undefined {
    const command = this.#waiting.get(id);
    if (command !== undefined) this.#waiting.delete(id);
    return command;
  }

  /** Every command that waits, taken. */
  takeAll(): readonly WaitingCommand[] {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }
}

/** A client's command as it leaves for the browser. */
export interface Outgoing {
  /** `undefined` for a command that could not be written. */
  readonly text: string | undefined;
  readonly rewriter?: ResultRewriter | undefined;
  readonly before?: BeforeAnswer | undefined;
}
