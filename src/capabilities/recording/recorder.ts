import type { Protocol } from "devtools-protocol";
import { drivesTab } from "../../cdp/drives-tab.ts";
import { ERROR_REPORT_OF_RECORDER, errorListener } from "../../cdp/quiet-runtime/console-events.ts";
import type { MarkedReports } from "../../cdp/quiet-runtime/marked-reports.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Frame, LogDetail, LogEvent } from "../../domain/recording.ts";
import { ActiveTab } from "./active-tab.ts";
import { BrowserClock } from "./browser-clock.ts";
import { consoleEvent, exceptionEvent, inputEvent, reportedError } from "./event-log.ts";
import { HarPages, MonotonicClock } from "./har/har-pages.ts";
import type { HarSink } from "./har/har-sink.ts";
import type { HarPage } from "./har/har-types.ts";
import type { RequestEvent } from "./har/hop.ts";
import { NetworkLog } from "./har/network-log.ts";
import { SocketLog } from "./har/socket-log.ts";
import { withoutPassword } from "./har/har-headers.ts";
import { Screencast } from "./screencast.ts";
import { Screenshots, type TakenScreenshot } from "./screenshots.ts";

/** Takes what is recorded. */
export interface RecordingSink extends HarSink {
  event(event: LogEvent): void;
  frame(frame: Frame): void;
  screenshot(taken: TakenScreenshot): void;
  /** What has been taken is to be safe, before something takes its time. */
  flush(): void;
}

export interface RecorderOptions {
  readonly what: { readonly har: boolean; readonly screenshots: boolean; readonly video: boolean };
  readonly sink: RecordingSink;
  readonly clock: Clock;
  /** Headers whose values are not recorded, in lower case. */
  readonly redactedHeaders: ReadonlySet<string>;
  readonly maxBodyBytes: number;
  /** Pages of the HAR that were recorded over an earlier connection. */
  readonly earlierPages: readonly HarPage[];
  /** Recording goes on: what is there has been told of. */
  readonly isRestored: boolean;
  /** Whether a target is Berth's own. */
  readonly isHidden: (targetId: string) => boolean;
  /** How uncaught errors are heard where the Runtime domain stays off; `null` where clients have it on. */
  readonly reports: MarkedReports | null;
  /** Whether pages may notice nothing at all of a console that is heard. */
  readonly hearsConsole: boolean;
  /** Something of a target cannot be recorded. */
  readonly onFailed: (error: unknown) => void;
}

/** Of a video: enough to read a page's text, and a tenth of the bytes of a whole one. */
const VIDEO = { maxSide: 960, quality: 50, intervalMs: 340 };
/** Where only changes are of interest. */
const WATCH = { maxSide: 96, quality: 30, intervalMs: 2000 };
const LAST_PICTURE_LIMIT_MS = 2000;
const SCREENSHOT_INTERVAL_MS = 5000;
/** Of one renderer: enough for the bodies of a page until they are read. */
const BODY_BUFFER_BYTES = 64 * 1024 * 1024;

const DOCUMENTS: ReadonlySet<string> = new Set(["page", "iframe"]);
const WORKERS: ReadonlySet<string> = new Set(["worker", "shared_worker", "service_worker"]);

/** Records what happens in the targets of a session: requests, the picture of the tab in use, and one log of events. */
export class Recorder implements TargetObserver {
  readonly readsNetwork: boolean;
  readonly #options: RecorderOptions;
  readonly #clock: BrowserClock;
  readonly #monotonic = new MonotonicClock();
  readonly #pages: HarPages;
  readonly #network: NetworkLog;
  readonly #sockets: SocketLog;
  readonly #screencast: Screencast | undefined;
  readonly #screenshots: Screenshots | undefined;
  readonly #active: ActiveTab;
  /** All that is recorded, by the id of the target. */
  readonly #targets = new Map<string, GatedTarget>();
  /** Sessions whose console tells of now, and no more of what was before. */
  readonly #heard = new WeakSet<GatedTarget>();
  readonly #runtimes = new WeakSet<GatedTarget>();
  #isPaused = false;
  #hasFilmed = false;
  #isNew: boolean;

  constructor(options: RecorderOptions) {
    const { what, sink, clock, earlierPages } = options;
    this.#options = options;
    this.readsNetwork = what.har;
    this.#isNew = !options.isRestored;
    this.#clock = new BrowserClock(clock);
    this.#pages = new HarPages({ sink, clock: this.#monotonic, earlier: earlierPages });
    const pageIdOf = (tab: string | undefined): string | undefined => this.#pages.idOf(tab);
    this.#network = new NetworkLog({ ...options, pageIdOf });
    const toEpochMs = (timestamp: number): number | undefined => this.#monotonic.toEpochMs(timestamp);
    this.#sockets = new SocketLog({ ...options, pageIdOf, toEpochMs });
    this.#screenshots = what.screenshots ? this.#takeScreenshots(clock) : undefined;
    const onFrame = (frame: Frame): void => this.#framed(frame);
    const shows = what.video ? VIDEO : WATCH;
    this.#screencast = what.video || what.screenshots ? new Screencast({ ...shows, onFrame }) : undefined;
    this.#active = new ActiveTab((tab) => this.#follow(tab));
  }

  /** The tabs that were there have been met: whatever comes from now on is new. */
  begun(): void {
    this.#isNew = true;
  }

  /** The tab in use. */
  get tab(): GatedTarget | undefined {
    return this.#targets.get(this.#active.current ?? "");
  }

  setUp(target: GatedTarget): readonly Promise<unknown>[] {
    const { info, send } = target;
    const isDocument = DOCUMENTS.has(info.type);
    if (!isDocument && !WORKERS.has(info.type)) return [];
    if (this.#options.isHidden(info.targetId)) return [];
    const commands: Promise<unknown>[] = [];
    if (this.#options.what.har) commands.push(send("Network.enable", this.#networkLimits()));
    if (isDocument) commands.push(send("Page.enable", undefined));
    if (this.#options.hearsConsole) commands.push(...this.#hear(target, isDocument));
    this.#targets.set(info.targetId, target);
    if (info.type === "page") this.#opened(target);
    // A target that closes on the way is not a failure; one that stays is recorded without.
    return commands.map((command) => command.catch((error: unknown) => this.#failed(target, error)));
  }

  #networkLimits() {
    const { maxBodyBytes } = this.#options;
    const each = { maxResourceBufferSize: maxBodyBytes, maxPostDataSize: maxBodyBytes };
    return { maxTotalBufferSize: maxBodyBytes === 0 ? 0 : BODY_BUFFER_BYTES, ...each };
  }

  #hear(target: GatedTarget, isDocument: boolean): Promise<unknown>[] {
    const { reports } = this.#options;
    // What was logged before is told again first.
    const hearing = target.send("Console.enable", undefined).then(() => this.#heard.add(target));
    if (reports === null || !isDocument) return [hearing];
    const source = errorListener(reports.markOf(ERROR_REPORT_OF_RECORDER));
    const script = target.send("Page.addScriptToEvaluateOnNewDocument", { source, runImmediately: true });
    return [hearing, script];
  }

  #failed({ info }: GatedTarget, error: unknown): void {
    if (this.#targets.has(info.targetId)) this.#options.onFailed(error);
  }

  #opened(target: GatedTarget): void {
    const { targetId, url } = target.info;
    if (this.#isNew) this.#event({ type: "tab", event: "opened", tab: targetId, ...(url !== "" && { url }) });
    this.#active.opened(targetId);
  }

  gone({ info }: GatedTarget): void {
    if (!this.#targets.delete(info.targetId) || info.type !== "page") return;
    this.#event({ type: "tab", event: "closed", tab: info.targetId });
    this.#pages.gone(info.targetId);
    this.#active.closed(info.targetId);
  }

  handle(target: GatedTarget, method: string, params: unknown): void {
    if (this.#options.isHidden(target.info.targetId)) return;
    if (method.startsWith("Network.")) this.#networkEvent(target, method, params);
    else if (method.startsWith("Page.")) this.#pageEvent(target, method, params);
    else this.#otherEvent(target, method, params);
  }

  /** A client's command on a tab. */
  commanded(targetId: string, method: string, params: Readonly<Record<string, unknown>>): void {
    const target = this.#targets.get(targetId);
    if (target === undefined) return;
    if (method === "Runtime.enable" && this.#options.reports === null) return this.#followRuntime(target);
    if (target.info.type !== "page" || !drivesTab(method)) return;
    this.#active.used(targetId);
    const event = inputEvent(method, params, targetId);
    if (event !== undefined) this.#event(event);
  }

  /** A client brought a tab to the front. */
  shown(targetId: unknown): void {
    if (typeof targetId === "string") this.#active.used(targetId);
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#event({ type: "recording", event: "paused" });
    this.#isPaused = true;
    this.#screencast?.follow(undefined);
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#event({ type: "recording", event: "resumed" });
    this.#screencast?.follow(this.tab);
  }

  /** Tells of something that happened to the recording itself. */
  note(event: "started" | "restored" | "ended"): void {
    this.#event({ type: "recording", event });
  }

  /** To be called now and then. */
  settle(): void {
    this.#network.settle();
  }

  /** The end: nothing that has been seen is lost, and nothing more is taken. */
  async drain(): Promise<void> {
    this.#screencast?.flush();
    this.#options.sink.flush();
    await this.#filmOnce();
    this.#options.sink.flush();
    await Promise.all([this.#network.drain(), this.#isPaused ? undefined : this.#screenshots?.drain()]);
    this.#screencast?.follow(undefined);
    this.note("ended");
    this.#isPaused = true;
  }

  #takeScreenshots(clock: Clock): Screenshots {
    const onTaken = (taken: TakenScreenshot): void => {
      if (!this.#isPaused)
        this.#options.sink.screenshot({ ...taken, at: this.#clock.now() - (clock.now() - taken.at) });
    };
    return new Screenshots({ clock, intervalMs: SCREENSHOT_INTERVAL_MS, onTaken });
  }

  /** A session may end before its page was drawn for the first time: its video shows how it looked at the end. */
  async #filmOnce(): Promise<void> {
    const { tab } = this;
    const { what, isRestored } = this.#options;
    if (!what.video || this.#hasFilmed || isRestored || this.#isPaused || tab === undefined) return;
    try {
      const how = { format: "jpeg" as const, quality: VIDEO.quality, optimizeForSpeed: true };
      const { data } = await tab.send("Page.captureScreenshot", how, { timeoutMs: LAST_PICTURE_LIMIT_MS });
      this.#framed({ at: this.#clock.now(), tab: tab.info.targetId, data });
    } catch {
      // Then there is no video, and it says so.
    }
  }

  #follow(tab: string | undefined): void {
    if (tab !== undefined && this.#isNew) this.#event({ type: "tab", event: "shown", tab });
    if (!this.#isPaused) this.#screencast?.follow(this.tab);
  }

  #framed(frame: Frame): void {
    this.#clock.learn(frame.at);
    if (this.#isPaused) return;
    if (this.#options.what.video) this.#options.sink.frame(frame);
    this.#hasFilmed = true;
    const target = this.#targets.get(frame.tab);
    if (target !== undefined) this.#screenshots?.changed(target);
  }

  #networkEvent(target: GatedTarget, method: string, params: unknown): void {
    if (!this.#options.what.har) return;
    if (method === "Network.requestWillBeSent") {
      const asked = params as RequestEvent;
      this.#monotonic.learn(asked);
      this.#clock.learn(asked.wallTime * 1000);
      if (this.#isPaused && asked.redirectResponse === undefined) return;
      this.#pages.asked(target, asked);
    }
    if (!method.startsWith("Network.webSocket")) return this.#network.handle(target, method, params);
    if (method === "Network.webSocketWillSendHandshakeRequest") this.#monotonic.learn(params as RequestEvent);
    if (!this.#isPaused) this.#sockets.handle(target, method, params);
  }

  #pageEvent(target: GatedTarget, method: string, params: unknown): void {
    const tab = target.info.targetId;
    if (method === "Page.screencastFrame") return this.#screencast?.handle(target, method, params);
    if (target.info.type !== "page") return;
    switch (method) {
      case "Page.frameNavigated":
        return this.#navigated(tab, (params as Protocol.Page.FrameNavigatedEvent).frame);
      case "Page.navigatedWithinDocument": {
        const { frameId, url } = params as Protocol.Page.NavigatedWithinDocumentEvent;
        return this.#navigated(tab, { id: frameId, url });
      }
      case "Page.domContentEventFired":
        return this.#pages.reached(tab, "onContentLoad", (params as { timestamp: number }).timestamp);
      case "Page.loadEventFired":
        this.#pages.reached(tab, "onLoad", (params as { timestamp: number }).timestamp);
        if (!this.#isPaused) this.#screenshots?.take(target);
        return;
      default:
    }
  }

  #navigated(tab: string, { id, url }: Pick<Protocol.Page.Frame, "id" | "url">): void {
    if (id === tab) this.#event({ type: "navigation", url: withoutPassword(url), tab });
  }

  #otherEvent(target: GatedTarget, method: string, params: unknown): void {
    const tab = target.pageId;
    switch (method) {
      case "Console.messageAdded": {
        if (!this.#heard.has(target)) return;
        const { message } = params as Protocol.Console.MessageAddedEvent;
        const report = this.#options.reports?.read(message.text);
        const told = report === undefined ? consoleEvent(message, tab) : reportedError(report, tab);
        return told && this.#event(told);
      }
      case "Runtime.exceptionThrown":
        return this.#thrown(target, params as Protocol.Runtime.ExceptionThrownEvent);
      case "Inspector.targetCrashed":
        return tab === undefined ? undefined : this.#event({ type: "tab", event: "crashed", tab });
      default:
    }
  }

  #thrown(target: GatedTarget, event: Protocol.Runtime.ExceptionThrownEvent): void {
    if (this.#runtimes.has(target)) this.#event(exceptionEvent(event, target.pageId), Math.round(event.timestamp));
  }

  /** Pages can notice the domain: it is on where a client has it on, and nowhere else. */
  #followRuntime(target: GatedTarget): void {
    const { hearsConsole, isRestored } = this.#options;
    if (!hearsConsole || this.#runtimes.has(target)) return;
    // What was thrown before is told first; of an earlier connection it has been told already.
    if (!isRestored) this.#runtimes.add(target);
    target.send("Runtime.enable", undefined).then(
      () => this.#runtimes.add(target),
      () => this.#runtimes.delete(target),
    );
  }

  #event(told: LogDetail, at = this.#clock.now()): void {
    if (!this.#isPaused) this.#options.sink.event({ at, ...told });
  }
}
