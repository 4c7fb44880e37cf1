import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";
import type { CdpConnection, CdpEvent } from "./cdp-connection.ts";
import type { TargetInfo } from "./targets.ts";

type Commands = ProtocolMapping.Commands;

/** A target that the gate is attached to. */
export interface GatedTarget {
  readonly info: TargetInfo;
  readonly sessionId: string;
  /** The page that it is, or belongs to, by its target id; `undefined` for a worker that belongs to none. */
  readonly pageId: string | undefined;
  /** Sends a command to the target. */
  readonly send: <M extends keyof Commands>(
    method: M,
    params: Commands[M]["paramsType"][0],
    options?: { readonly timeoutMs?: number },
  ) => Promise<Commands[M]["returnType"]>;
}

/** Whoever else may keep a target standing still. */
export interface TargetHolders {
  /** Settles when no client keeps the target paused any more. */
  whenFree(targetId: string): Promise<void>;
}

export interface TargetGateOptions {
  readonly connection: CdpConnection;
  /** Whether the target is this session's at all. */
  readonly belongs: (target: TargetInfo) => boolean;
  /** Whether Berth opened the target for itself. */
  readonly isOwnTab?: (targetId: string) => boolean;
  readonly holders: TargetHolders;
  /** Sends what a new target needs before its first script, all of it at once: it may answer only when it runs. */
  readonly setUp: (target: GatedTarget) => readonly Promise<unknown>[];
  /** A target could not be set up, and runs without. */
  readonly onFailed: (error: unknown) => void;
  /** Sends what a target is to have that would harm it while it stands still: once it runs, as far as that is known. */
  readonly onRunning?: (target: GatedTarget) => void;
  /** A target has gone; its renderer may live on with others. */
  readonly onGone?: (target: GatedTarget) => void;
}

interface AttachedToTarget {
  readonly sessionId: string;
  readonly targetInfo: TargetInfo;
  readonly waitingForDebugger: boolean;
}

interface Gated extends GatedTarget {
  readonly parentSessionId: string;
  /** Settles when the set-up is answered; never rejects. */
  settled: Promise<void> | undefined;
  /** Somebody has sent the one resume that a window in its opener's reach may get. */
  isResumed: boolean;
}

const AUTO_ATTACH = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };
/** Targets that may start others. A service worker may not. */
const NESTING: ReadonlySet<string> = new Set(["page", "iframe", "worker", "shared_worker"]);
/** Others are attached through a page as well, and outlive it. */
const BELONGS_TO_A_PAGE: ReadonlySet<string> = new Set(["iframe", "worker"]);
const RESUME = "Runtime.runIfWaitingForDebugger";

/**
 * Chromium lets these run as soon as one of those who wait for them resumes, and they answer commands meanwhile. All
 * others wait for everybody, the gate's own session included, and some answer nothing before.
 */
const runsAtFirstResume = ({ type, canAccessOpener }: TargetInfo): boolean =>
  type === "shared_worker" || (type === "page" && canAccessOpener === true);

/**
 * A tab that nobody's page has opened. Chromium crashes its renderer when it is sent elsewhere before it has answered
 * (seen with 156.0.8078.108, the browser 20 ms away: the first navigation of a tab in a new context, each time).
 */
const answersBeforeItRuns = ({ type, openerId }: TargetInfo): boolean => type === "page" && openerId === undefined;

/**
 * Berth's own auto-attach, the only one: every page, frame and worker stands still until it is set up. Clients that
 * wait for targets as well keep doing so; what they resume is held back until the gate is done with it.
 */
export class TargetGate {
  readonly #options: TargetGateOptions;
  readonly #connection: CdpConnection;
  readonly #bySession = new Map<string, Gated>();
  readonly #byTarget = new Map<string, Gated>();
  readonly #listeners = new Set<(target: GatedTarget, method: string, params: unknown) => void>();
  /** What was there before the gate, and is being set up while it runs. */
  readonly #found = new Set<string>();
  /** While the gate starts, failures are its caller's. */
  #starting: unknown[] | undefined;

  constructor(options: TargetGateOptions) {
    this.#options = options;
    this.#connection = options.connection;
  }

  /**
   * Attaches to all that is there and to all that comes.
   *
   * @returns when it is attached, what settles when what is there is set up: it rejects with what kept a target
   * from that. A renderer that has just started takes its time.
   */
  async start(): Promise<{ readonly setUp: Promise<void> }> {
    const failures: unknown[] = [];
    this.#starting = failures;
    this.#connection.onEvent((event) => this.#onEvent(event));
    await this.#connection.send("Target.setAutoAttach", AUTO_ATTACH);
    const found = [...this.#byTarget.values()];
    for (const { info } of found) this.#found.add(info.targetId);
    return { setUp: this.#started(found, failures) };
  }

  async #started(found: readonly Gated[], failures: readonly unknown[]): Promise<void> {
    for (const { settled } of found) await settled;
    this.#starting = undefined;
    this.#found.clear();
    if (failures.length > 0) throw failures[0];
  }

  /** Until when a client's command to this target has to wait; `undefined` when it need not. */
  holds(targetId: string, method: string): Promise<void> | undefined {
    const gated = this.#byTarget.get(targetId);
    if (gated === undefined) return undefined;
    const resumes = method === RESUME && runsAtFirstResume(gated.info);
    const leaves = method === "Page.navigate" && answersBeforeItRuns(gated.info);
    return resumes || leaves || this.#found.has(targetId) ? gated.settled : undefined;
  }

  /**
   * Whether the target is to be sent a resume, to be asked right before. A window that its opener can reach is sent one
   * and no more: it stands still in its opener's thread, where any other lets the next such window run unready.
   */
  takesResume(targetId: string): boolean {
    const gated = this.#byTarget.get(targetId);
    if (gated === undefined || gated.info.type !== "page" || !runsAtFirstResume(gated.info)) return true;
    if (gated.isResumed) return false;
    gated.isResumed = true;
    return true;
  }

  /** Settles when the target is set up and runs, as far as the gate knows of it. */
  async whenSetUp(targetId: string): Promise<void> {
    await this.#byTarget.get(targetId)?.settled;
  }

  /** The target, while the gate is attached to it. */
  find(targetId: string): GatedTarget | undefined {
    return this.#byTarget.get(targetId);
  }

  /** All targets that it is attached to. */
  all(): Iterable<GatedTarget> {
    return this.#byTarget.values();
  }

  /** Hears what targets tell the gate's own sessions. */
  onEvent(listener: (target: GatedTarget, method: string, params: unknown) => void): void {
    this.#listeners.add(listener);
  }

  #onEvent({ method, params, sessionId }: CdpEvent): void {
    const from = this.#bySession.get(sessionId);
    if (sessionId !== "" && from === undefined) return;
    if (method === "Target.attachedToTarget") this.#attached(params, sessionId);
    else if (method === "Target.detachedFromTarget") this.#gone((params as { sessionId: string }).sessionId);
    else if (from) for (const listener of this.#listeners) listener(from, method, params);
  }

  #attached(params: unknown, parentSessionId: string): void {
    const { sessionId, targetInfo: info, waitingForDebugger } = params as AttachedToTarget;
    if (info.type === "browser") return;
    const isKnown = this.#byTarget.has(info.targetId);
    // One that Berth asked for, maybe in a context that is not the session's yet.
    if (!waitingForDebugger && (isKnown || this.#options.isOwnTab?.(info.targetId))) return;
    // A service worker is attached through every page of its origin, and waits for each.
    if (isKnown || !this.#options.belongs(info)) return this.#letGo(parentSessionId, sessionId);
    const connection = this.#connection;
    const send: GatedTarget["send"] = (method, parameters, options) =>
      connection.send(method, parameters, { ...options, sessionId });
    const pageId = this.#pageOf(info, parentSessionId);
    const gated: Gated = { info, sessionId, parentSessionId, pageId, send, settled: undefined, isResumed: false };
    this.#bySession.set(sessionId, gated);
    this.#byTarget.set(info.targetId, gated);
    this.#open(gated);
  }

  #pageOf({ type, targetId }: TargetInfo, parentSessionId: string): string | undefined {
    if (type === "page") return targetId;
    return BELONGS_TO_A_PAGE.has(type) ? this.#bySession.get(parentSessionId)?.pageId : undefined;
  }

  #open(gated: Gated): void {
    const commands = [...this.#options.setUp(gated)];
    if (NESTING.has(gated.info.type)) commands.push(gated.send("Target.setAutoAttach", AUTO_ATTACH));
    gated.settled = this.#settle(gated, commands);
    // In the same go: the answers may take until the target runs.
    if (runsAtFirstResume(gated.info)) void this.#resumeLast(gated);
    else {
      this.#resume(gated);
      this.#options.onRunning?.(gated);
    }
  }

  async #settle(gated: Gated, commands: readonly Promise<unknown>[]): Promise<void> {
    const outcomes = await Promise.allSettled(commands);
    gated.settled = undefined;
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (!failed || !(await this.#isStillThere(gated))) return;
    if (this.#starting) this.#starting.push(failed.reason);
    else this.#options.onFailed(failed.reason);
  }

  /** A target that closes or crashes on the way fails its commands before, or after, its end is told. */
  async #isStillThere({ sessionId, info }: Gated): Promise<boolean> {
    if (!this.#bySession.has(sessionId)) return false;
    try {
      await this.#connection.send("Target.getTargetInfo", { targetId: info.targetId });
      return this.#bySession.has(sessionId);
    } catch {
      return false;
    }
  }

  #resume(gated: Gated): void {
    // The target may have closed; then there is nothing to resume.
    gated.send(RESUME, undefined).catch(() => undefined);
  }

  /** A client that waits for the target decides when it runs. */
  async #resumeLast(gated: Gated): Promise<void> {
    // Whoever was attached at the same moment has been told so by then.
    await gated.settled;
    await this.#options.holders.whenFree(gated.info.targetId);
    if (this.takesResume(gated.info.targetId)) this.#resume(gated);
    this.#options.onRunning?.(gated);
  }

  #letGo(parentSessionId: string, sessionId: string): void {
    const gone = (): undefined => undefined;
    this.#connection.send(RESUME, undefined, { sessionId }).catch(gone);
    this.#connection
      .send("Target.detachFromTarget", { sessionId }, { ...(parentSessionId !== "" && { sessionId: parentSessionId }) })
      .catch(gone);
  }

  #gone(sessionId: string): void {
    const gated = this.#bySession.get(sessionId);
    if (gated === undefined) return;
    this.#bySession.delete(sessionId);
    this.#byTarget.delete(gated.info.targetId);
    this.#connection.detached(sessionId);
    // The browser announces the end of nested sessions only to a parent that no longer exists.
    const nested = [...this.#bySession.values()].filter(({ parentSessionId }) => parentSessionId === sessionId);
    for (const child of nested) this.#gone(child.sessionId);
    this.#options.onGone?.(gated);
  }
}
