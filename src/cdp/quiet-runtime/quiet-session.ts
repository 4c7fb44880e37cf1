import type { Clock } from "../../domain/clock.ts";
import type { CdpCommand } from "../messages.ts";
import { Bindings } from "./bindings.ts";
import {
  type ConsoleMessage,
  ERROR_REPORT,
  errorListener,
  type Reported,
  toConsoleCall,
  toException,
} from "./console-events.ts";
import { FrameContexts, type FrameNode } from "./frame-contexts.ts";
import type { MarkedReports } from "./marked-reports.ts";
import { contextOfObject, describeContext, type QuietPort } from "./quiet-port.ts";

/** Whether clients hear what pages log: in words, or not at all and with no trace at all. */
export type ConsoleMode = "quiet" | "off";

export interface QuietSessionOptions {
  readonly port: QuietPort;
  readonly kind: "document" | "worker";
  readonly console: ConsoleMode;
  readonly reports: MarkedReports;
  readonly clock: Clock;
  /** Whether the client still has the session. */
  readonly isAlive: () => boolean;
}

/** An event on its way to the client. */
interface PassingEvent {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** A client may leave a target paused as long as it likes; meanwhile nothing is answered. */
const ATTEMPTS = 6;
/** Messages of a page whose context is not known yet. */
const MAX_EARLY_MESSAGES = 1000;

/** What one client's session of a page, frame or worker believes of the Runtime domain. */
export class QuietSession {
  readonly contexts: FrameContexts;
  readonly #bindings: Bindings;
  readonly #options: QuietSessionOptions;
  readonly #port: QuietPort;
  #runtime = false;
  /** Domains that the client itself has enabled. */
  readonly #enabled = new Set<string>();
  #early: ((at: Reported) => void)[] = [];
  #workerContext: number | undefined;

  constructor(options: QuietSessionOptions) {
    this.#options = options;
    this.#port = options.port;
    const { port, kind, console, reports } = options;
    const hears = kind === "document" && console === "quiet";
    this.#bindings = new Bindings(port, hears ? reports : undefined);
    this.contexts = new FrameContexts(options.port, () => this.#flush());
  }

  /** The client turned a domain on or off. Answers whether the browser must not hear of it. */
  toggled(command: CdpCommand): boolean {
    const { method } = command;
    switch (method) {
      case "Runtime.enable":
        this.#enable();
        return true;
      case "Runtime.disable":
        this.#runtime = false;
        return true;
      case "Page.enable":
      case "Console.enable":
        this.#enabled.add(domainOf(method));
        return false;
      case "Page.disable":
      case "Console.disable":
        this.#enabled.delete(domainOf(method));
        // The events go on being needed here.
        return this.#runtime;
      case "Runtime.addBinding":
      case "Runtime.removeBinding":
        this.#bindings.note(command);
        return false;
      default:
        return false;
    }
  }

  /** Before the client hears of an event. Answers whether it must not. */
  before({ method, params }: PassingEvent): boolean {
    if (!this.#runtime) return false;
    switch (method) {
      case "Page.frameNavigated":
        this.contexts.leaving((params["frame"] as FrameNode["frame"]).id);
        break;
      case "Page.frameDetached":
        this.contexts.detached(String(params["frameId"]));
        break;
      case "Page.javascriptDialogOpening":
        this.#dismissUnseen();
        break;
      case "Console.messageAdded":
        if (this.#logged(params["message"] as ConsoleMessage)) return true;
        break;
      default:
    }
    return OBSERVED.has(domainOf(method)) && !this.#enabled.has(domainOf(method));
  }

  /** After it. */
  after({ method, params }: PassingEvent): void {
    if (!this.#runtime) return;
    if (method === "Page.frameNavigated" || method === "Page.frameAttached") this.#bindings.renew();
    if (method === "Page.frameNavigated") {
      const { id, securityOrigin } = params["frame"] as FrameNode["frame"];
      this.contexts.arrived(id, securityOrigin);
    } else if (method === "Page.frameAttached") this.contexts.arrived(String(params["frameId"]), "://");
  }

  /** Answers whether the message was for Berth alone. */
  #logged(message: ConsoleMessage): boolean {
    const report = this.#options.reports.read(message.text);
    if (report === undefined) {
      this.#report("Runtime.consoleAPICalled", (at) => toConsoleCall(message, at));
      return false;
    }
    const { name, payload } = report;
    if (name === ERROR_REPORT) this.#report("Runtime.exceptionThrown", (at) => toException(payload, at));
    else if (this.#bindings.has(name)) {
      this.#report("Runtime.bindingCalled", ({ contextId }) => ({ name, payload, executionContextId: contextId }));
    }
    return true;
  }

  #enable(): void {
    this.#runtime = true;
    void this.#start();
  }

  async #start(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS && this.#runtime; attempt += 1) {
      try {
        await (this.#options.kind === "worker" ? this.#startWorker() : this.#startDocument());
        return;
      } catch {
        // Not answered yet, or gone.
        if (!this.#options.isAlive()) return;
      }
    }
  }

  async #startDocument(): Promise<void> {
    const { send } = this.#port;
    if (!this.#enabled.has("Page")) await send("Page.enable", undefined);
    const listening = this.#options.console === "quiet" ? this.#listen() : undefined;
    const { frameTree } = await send("Page.getFrameTree", undefined);
    this.contexts.start(frameTree);
    await listening;
  }

  async #listen(): Promise<void> {
    const { send } = this.#port;
    const source = errorListener(this.#options.reports.markOf(ERROR_REPORT));
    await Promise.all([
      send("Console.enable", undefined),
      send("Page.addScriptToEvaluateOnNewDocument", { source, runImmediately: true }),
    ]);
  }

  async #startWorker(): Promise<void> {
    const { send, emit } = this.#port;
    const { result } = await send("Runtime.evaluate", { expression: "this", objectGroup: "lookup" });
    await send("Runtime.releaseObjectGroup", { objectGroup: "lookup" });
    const id = contextOfObject(result.objectId);
    this.#workerContext = id;
    const context = { id, origin: "", name: "", auxData: { isDefault: true } };
    emit("Runtime.executionContextCreated", describeContext(context));
    this.#flush();
    if (this.#options.console === "quiet") await send("Console.enable", undefined);
  }

  /** Libraries drop what comes from a context that they do not know. */
  #report(method: string, describe: (at: Reported) => object): void {
    if (this.#options.console === "off") return;
    const tell = (at: Reported): void => this.#port.emit(method, describe(at));
    const contextId = this.#contextId();
    if (contextId !== undefined) tell({ contextId, timestamp: this.#options.clock.now() });
    else if (this.#early.length < MAX_EARLY_MESSAGES) this.#early.push(tell);
  }

  #flush(): void {
    const contextId = this.#contextId();
    if (contextId === undefined) return;
    for (const tell of this.#early.splice(0)) tell({ contextId, timestamp: this.#options.clock.now() });
  }

  #contextId(): number | undefined {
    return this.#workerContext ?? this.contexts.mainContext;
  }

  /** Chromium closes dialogs that nobody hears of; it takes Berth's `Page.enable` for somebody. */
  #dismissUnseen(): void {
    if (this.#enabled.has("Page")) return;
    this.#port.send("Page.handleJavaScriptDialog", { accept: false }).catch(() => undefined);
  }
}

/** Domains that are enabled for the sake of their events, whether the client wants them or not. */
const OBSERVED: ReadonlySet<string> = new Set(["Page", "Console"]);

const domainOf = (method: string): string => method.slice(0, method.indexOf("."));
