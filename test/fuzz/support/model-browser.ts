import type { TargetInfo } from "../../../src/cdp/targets.ts";
import type { SentCommand } from "../../support/worker/fake-browser.ts";
import { DEFAULT_CONTEXT, execute, mark } from "./model-commands.ts";

/** A tab, frame or worker of the model. */
export interface ModelTarget {
  readonly info: TargetInfo;
  /** The page that a frame or worker belongs to. */
  readonly parentId: string | undefined;
  crashed: boolean;
}

/** A protocol session of the model; `targetId` is `undefined` for one of the whole browser. */
export interface ModelSession {
  readonly id: string;
  readonly parentId: string;
  /** The session, made by Berth itself, that this one hangs on: it tells whose it is. */
  readonly rootId: string;
  readonly targetId: string | undefined;
  readonly isAuto: boolean;
  autoAttach: boolean;
  discovers: boolean;
}

interface Attachment {
  readonly targetId: string | undefined;
  readonly isAuto: boolean;
}

const TOP_CHROME_URL = "chrome://omnibox-popup.top-chrome/";
const BROWSER_INFO: TargetInfo = { targetId: "BROWSER", type: "browser", title: "", url: "" };

/** What a new target is. */
export interface NewTarget {
  readonly kind: "page" | "popup" | "iframe" | "worker" | "browser_ui" | "top-chrome";
  readonly contextId: string;
  readonly parentId?: string | undefined;
}

/**
 * Chromium, as far as protocol sessions and targets go. What it is told to do it does when the test says so, and
 * what it says lies on the wire until the test hands it over: in order, as on a socket.
 */
export class ModelBrowser {
  readonly contexts = new Set<string>([DEFAULT_CONTEXT]);
  readonly targets = new Map<string, ModelTarget>();
  /** What all that ever were are, or were. */
  readonly everyTarget = new Map<string, TargetInfo>();
  /** Those that live. Berth's own, without an id, is the first. */
  readonly sessions = new Map<string, ModelSession>();
  /** All that ever were. */
  readonly everySession = new Map<string, ModelSession>();
  /** Commands that arrived and were not looked at. */
  readonly inbox: SentCommand[] = [];
  /** Messages on their way to Berth. */
  readonly wire: string[] = [];
  #names = 0;

  constructor() {
    this.connected();
    this.newTarget({ kind: "page", contextId: DEFAULT_CONTEXT });
  }

  /** A new socket: no session of an old one lives on. */
  connected(): void {
    this.sessions.clear();
    this.inbox.length = 0;
    this.wire.length = 0;
    const own = { id: "", parentId: "", rootId: "", targetId: undefined, isAuto: false };
    this.sessions.set("", { ...own, autoAttach: false, discovers: false });
  }

  /** Does what the `n`-th waiting command asks for; a crashed tab leaves its commands until it is revived. */
  work(n: number): void {
    const able = this.inbox.filter((command) => !this.#mustWait(command));
    const command = able[n % Math.max(able.length, 1)];
    if (command === undefined) return;
    this.inbox.splice(this.inbox.indexOf(command), 1);
    const session = this.sessions.get(command.sessionId ?? "");
    if (session) return execute(this, session, command);
    // A command that found no session: Chromium's error names none. One that its session's end overtook has no answer.
    const error = { code: -32_001, message: "Session with given id not found." };
    if (command.id % 2 === 0) this.wire.push(JSON.stringify({ id: command.id, error }));
  }

  get canWork(): boolean {
    return this.inbox.some((command) => !this.#mustWait(command));
  }

  /** Every message of a session says in its contents whose it is, so that it is recognised wherever it arrives. */
  say(sessionId: string, message: object): void {
    this.wire.push(JSON.stringify(sessionId === "" ? message : { ...message, sessionId }));
  }

  event(sessionId: string, method: string, params: object): void {
    this.say(sessionId, { method, params: { ...params, of: mark(sessionId) } });
  }

  newContext(): string {
    const id = this.#name("C");
    this.contexts.add(id);
    return id;
  }

  newTarget({ kind, contextId, parentId }: NewTarget): string {
    // What a page opens stays in its context; only frames and workers are parts of it.
    const parent = parentId === undefined ? undefined : this.targets.get(parentId);
    const isPart = kind === "iframe" || kind === "worker";
    const opener = kind === "popup" ? parentId : undefined;
    const targetId = this.#name("T");
    const info: TargetInfo = {
      targetId,
      type: kind === "popup" || kind === "top-chrome" ? "page" : kind,
      title: "",
      url: kind === "top-chrome" ? TOP_CHROME_URL : "https://a.test/",
      browserContextId: (isPart || opener ? parent?.info.browserContextId : undefined) ?? contextId,
      ...(opener !== undefined && { openerId: opener }),
    };
    const target = { info, parentId: isPart ? parentId : undefined, crashed: false };
    this.targets.set(targetId, target);
    this.everyTarget.set(targetId, info);
    this.#tellAll("Target.targetCreated", { targetInfo: info });
    for (const session of this.sessions.values()) {
      if (session.autoAttach && session.targetId === target.parentId) this.attach(session, { targetId, isAuto: true });
    }
    return targetId;
  }

  navigate(targetId: string): void {
    const target = this.targets.get(targetId);
    if (target) this.#tellAll("Target.targetInfoChanged", { targetInfo: target.info });
  }

  /** A new session on a target, told of in the session that it is made in. */
  attach(parent: ModelSession, { targetId, isAuto }: Attachment): string {
    const id = (this.everySession.size + 1).toString(16).toUpperCase().padStart(32, "A");
    const rootId = parent.id === "" ? id : parent.rootId;
    const flags = { isAuto, autoAttach: false, discovers: false };
    const session = { id, parentId: parent.id, rootId, targetId, ...flags };
    this.sessions.set(id, session);
    this.everySession.set(id, session);
    const targetInfo = targetId === undefined ? BROWSER_INFO : this.targets.get(targetId)?.info;
    this.event(parent.id, "Target.attachedToTarget", { sessionId: id, targetInfo, waitingForDebugger: isAuto });
    return id;
  }

  /** Ends a session; those nested in it end without a word. */
  endSession(session: ModelSession): void {
    if (!this.sessions.delete(session.id)) return;
    this.#endNested(session.id);
    if (!this.sessions.has(session.parentId)) return;
    const { id: sessionId, targetId } = session;
    this.event(session.parentId, "Target.detachedFromTarget", { sessionId, targetId });
  }

  /** @param childrenFirst frames and workers go before their page, not with it. */
  destroy(targetId: string, childrenFirst: boolean): void {
    const target = this.targets.get(targetId);
    if (!target) return;
    if (childrenFirst) this.#destroyChildren(targetId);
    for (const session of this.sessionsOn(targetId)) this.endSession(session);
    this.#destroyChildren(targetId);
    this.targets.delete(targetId);
    this.#tellAll("Target.targetDestroyed", { targetId });
  }

  disposeContext(contextId: string): void {
    this.contexts.delete(contextId);
    for (const [targetId, { info }] of this.targets) {
      if (info.browserContextId === contextId) this.destroy(targetId, true);
    }
  }

  /** @param forgets what the renderer had to do is lost; else it is done, too late, after a revival. */
  crash(targetId: string, forgets: boolean): void {
    const target = this.targets.get(targetId);
    if (!target || target.crashed) return;
    target.crashed = true;
    if (forgets) {
      const kept = this.inbox.filter(({ sessionId = "" }) => this.sessions.get(sessionId)?.targetId !== targetId);
      this.inbox.splice(0, this.inbox.length, ...kept);
    }
    for (const { id } of this.sessionsOn(targetId)) this.event(id, "Inspector.targetCrashed", {});
    this.#tellAll("Target.targetCrashed", { targetId, status: "crashed", errorCode: 5 });
  }

  revive(targetId: string): void {
    const target = this.targets.get(targetId);
    if (!target?.crashed) return;
    target.crashed = false;
    for (const { id } of this.sessionsOn(targetId)) this.event(id, "Inspector.targetReloadedAfterCrash", {});
  }

  sessionsOn(targetId: string): readonly ModelSession[] {
    return [...this.sessions.values()].filter((session) => session.targetId === targetId);
  }

  #destroyChildren(targetId: string): void {
    for (const [id, { parentId }] of this.targets) if (parentId === targetId) this.destroy(id, true);
  }

  #endNested(parentId: string): void {
    for (const session of this.sessions.values()) {
      if (session.parentId !== parentId || session.id === "") continue;
      this.sessions.delete(session.id);
      this.#endNested(session.id);
    }
  }

  #tellAll(method: string, params: object): void {
    for (const { id, discovers } of this.sessions.values()) if (discovers) this.event(id, method, params);
  }

  #mustWait({ sessionId = "", method }: SentCommand): boolean {
    const targetId = this.sessions.get(sessionId)?.targetId;
    const crashed = targetId !== undefined && this.targets.get(targetId)?.crashed === true;
    return crashed && !method.startsWith("Target.") && method !== "Page.navigate";
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${String(this.#names).padStart(4, "0")}`;
  }
}
