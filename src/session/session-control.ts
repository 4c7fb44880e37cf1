import type { Page } from "@cloudflare/puppeteer";
import { attachControl, type ControlClient } from "../capabilities/control/attach.ts";
import { ControlError } from "../capabilities/control/control-error.ts";
import { isTimeout } from "../capabilities/control/page-elements.ts";
import { perform } from "../capabilities/control/perform.ts";
import { readPage } from "../capabilities/control/read-page.ts";
import { isLocalUrl } from "../cdp/local-url.ts";
import type { ControlAction, ControlResult, ControlTab } from "../domain/control.ts";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import { TimeLimitError, within } from "../domain/within.ts";
import type { LiveBrowser } from "./live-browser.ts";

export interface SessionControlOptions {
  readonly markdownScript: () => Promise<string>;
}

interface Attached {
  readonly live: LiveBrowser;
  readonly client: Promise<ControlClient>;
}

/** Whoever drives by HTTP comes back soon: the client is kept for a while. */
const KEPT_MS = 30_000;
/** Of one action, whatever its own limits are: a client of HTTP waits no longer. */
const ACTION_LIMIT_MS = 90_000;
const TAB_LIMIT_MS = 10_000;

/** Drives the session's pages for callers of the API, one action after the other. */
export class SessionControl {
  readonly #options: SessionControlOptions;
  #attached: Attached | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SessionControlOptions) {
    this.#options = options;
  }

  /** Actions of one session follow each other, as those of a person do. */
  run(live: LiveBrowser, action: ControlAction): Promise<Result<ControlResult, Failure>> {
    const turn = this.#last.then(() => this.#run(live, action));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Lets the browser go: the session has ended, or its browser has. */
  release(): void {
    clearTimeout(this.#timer);
    const attached = this.#attached;
    this.#attached = undefined;
    attached?.client.then((client) => client.close()).catch(() => undefined);
  }

  async #run(live: LiveBrowser, action: ControlAction): Promise<Result<ControlResult, Failure>> {
    clearTimeout(this.#timer);
    const url = action.kind === "goto" || action.kind === "readPage" ? action.url : null;
    if (url !== null && isLocalUrl(url)) {
      return fail({ kind: "invalidRequest", field: "url", message: "url: sessions do not open this kind of URL" });
    }
    try {
      return succeed(await within(ACTION_LIMIT_MS, this.#perform(live, action)));
    } catch (error) {
      // What is still being done, such as typing, ends with its client.
      if (error instanceof TimeLimitError) this.release();
      return fail(failureOf(error));
    } finally {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.release(), KEPT_MS);
    }
  }

  async #perform(live: LiveBrowser, action: ControlAction): Promise<ControlResult> {
    const client = await this.#client(live);
    const tab = action.kind === "readPage" ? action.tab : "inUse";
    const targetId = await tabOf(live, tab);
    try {
      const page = await pageOf(client, targetId);
      page.removeAllListeners("dialog");
      // Puppeteer leaves a dialog that nobody answers open, and the page with it.
      page.on("dialog", (dialog) => {
        if (live.attended.has(targetId) || live.mux.commands.isHeard(targetId)) return;
        const answered = dialog.type() === "beforeunload" ? dialog.accept() : dialog.dismiss();
        answered.catch(() => undefined);
      });
      const cdp = await page.createCDPSession();
      try {
        if (action.kind !== "readPage") return await perform({ page, cdp, clipboard: live }, action);
        return await readPage({ page, cdp, markdownScript: this.#options.markdownScript }, action);
      } finally {
        cdp.detach().catch(() => undefined);
      }
    } finally {
      if (tab === "new") live.tabs.closing(targetId);
      if (tab === "new") live.connection.send("Target.closeTarget", { targetId }).catch(() => undefined);
    }
  }

  async #client(live: LiveBrowser): Promise<ControlClient> {
    const there = this.#attached;
    if (there?.live === live) {
      const client = await there.client.catch(() => undefined);
      if (client?.isClosed === false) return client;
    }
    const client = attachControl(live.mux);
    this.#attached = { live, client };
    return client;
  }
}

async function tabOf(live: LiveBrowser, tab: ControlTab): Promise<string> {
  if (tab === "new") {
    const opened = await live.openPage("about:blank");
    if (opened !== undefined) return opened.targetId;
  }
  const targetId = typeof tab === "number" ? live.tabs.list()[tab]?.id : live.tabs.inUse;
  if (targetId !== undefined) return targetId;
  if (typeof tab === "number") throw new ControlError("invalid", `page_index: there is no tab ${tab}`, "page_index");
  throw new ControlError("rejected", "the session has no tab");
}

async function pageOf({ browser }: ControlClient, targetId: string): Promise<Page> {
  // Puppeteer has no public word for the id of a target.
  const isIt = (target: object): boolean => "_targetId" in target && target._targetId === targetId;
  const target = await browser.waitForTarget(isIt, { timeout: TAB_LIMIT_MS });
  const page = await target.page();
  if (page === null) throw new ControlError("rejected", "the tab in use shows no page");
  return page;
}

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ControlError) {
    if (error.kind === "invalid")
      return { kind: "invalidRequest", message, ...(error.field && { field: error.field }) };
    return error.kind === "timedOut" ? { kind: "timedOut", what: "page", message } : { kind: "pageFailed", message };
  }
  if (isTimeout(error) || error instanceof TimeLimitError) return { kind: "timedOut", what: "page", message };
  if (/valid selector/.test(message)) {
    return { kind: "invalidRequest", field: "selector", message: "selector is not a valid selector" };
  }
  return { kind: "pageFailed", message };
}
