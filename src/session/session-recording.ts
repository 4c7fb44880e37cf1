import { screenshotKey } from "../accounts/recording-archive.ts";
import { type RecorderOptions, Recorder, type RecordingSink } from "../capabilities/recording/recorder.ts";
import type { SecretMask } from "../capabilities/secrets/secret-mask.ts";
import type { TakenScreenshot } from "../capabilities/recording/screenshots.ts";
import { jpegSize } from "../domain/jpeg-size.ts";
import type { LogEvent, Screenshot } from "../domain/recording.ts";
import { settledWithin } from "../domain/within.ts";
import type { LiveBrowser } from "./live-browser.ts";
import { keepRecordings } from "./keep-recordings.ts";
import type { RecordingJournal } from "./recording-journal.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { RecordingRecord, SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";
import { SegmentWriter } from "./segment-writer.ts";

export interface SessionRecordingOptions {
  readonly deps: SessionDeps;
  readonly store: SessionStore;
  readonly journal: RecordingJournal;
  /** What must not be in any recording. */
  readonly mask: SecretMask;
  /** Keeps the object alive until the promise settles; the promise must not reject. */
  readonly background: (promise: Promise<void>) => void;
}

/** Between a moment and its being safe: an object that is lost takes this much of the recording with it. */
const FLUSH_MS = 1000;
/** Time that the end of a session has for the last picture and the last bodies. */
const DRAIN_LIMIT_MS = 5000;

/** What is recorded of a session: followed over every connection to its browser, and kept when it has ended. */
export class SessionRecording {
  readonly #options: SessionRecordingOptions;
  readonly #segments: SegmentWriter;
  #current: { readonly live: LiveBrowser; readonly recorder: Recorder } | undefined;
  #stopListening: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastScreenshot: number | undefined;
  /** What still comes has nowhere to go: the object is about to be emptied. */
  #isStopped = false;
  readonly #uploads = new Set<Promise<void>>();

  constructor(options: SessionRecordingOptions) {
    this.#options = options;
    const { deps, journal } = options;
    this.#segments = new SegmentWriter({ journal, archive: deps.recordings.archive });
  }

  /** Whether anything is recorded of this session. */
  get isOn(): boolean {
    return this.#record().recording !== null;
  }

  /** From now on what happens in this browser is recorded, as soon as its targets are watched. */
  over(live: LiveBrowser): void {
    const { recording, status } = this.#record();
    if (recording === null) return;
    const isRestored = status !== "launching";
    const recorder = new Recorder(this.#recorderOptions(live, isRestored));
    this.#current = { live, recorder };
    if (recording.isPaused) recorder.pause();
    live.observe(recorder);
    this.#stopListening = live.mux.commands.listen(({ targetId, method, params }) => {
      if (method === "Target.activateTarget") recorder.shown(params["targetId"]);
      else if (targetId !== undefined) recorder.commanded(targetId, method, params);
    });
    if (recording.startedAt === null) this.#update({ startedAt: this.#options.deps.clock.now() });
    recorder.note(isRestored ? "restored" : "started");
  }

  /** The targets that were there are watched. */
  begun(): void {
    this.#current?.recorder.begun();
  }

  /** `false` for a session of which nothing is recorded. */
  pause(): boolean {
    if (!this.isOn) return false;
    this.#update({ isPaused: true });
    this.#current?.recorder.pause();
    return true;
  }

  /** `false` for a session of which nothing is recorded. */
  resume(): boolean {
    if (!this.isOn) return false;
    this.#update({ isPaused: false });
    this.#current?.recorder.resume();
    return true;
  }

  /** The session has ended: what is on its way is waited for, for a moment. */
  async stop(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (current !== undefined) {
      await settledWithin(DRAIN_LIMIT_MS, current.recorder.drain());
      this.#stopListening();
      this.#options.journal.flush();
      await settledWithin(DRAIN_LIMIT_MS, Promise.allSettled(this.#uploads));
    }
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#options.journal.flush();
    if (current !== undefined) this.#update({ stoppedAt: this.#options.deps.clock.now() });
  }

  /** Hands everything over to where it is kept. May be repeated. */
  async keep(record: SessionRecord): Promise<void> {
    const { deps, journal } = this.#options;
    await this.#segments.cutAll(record.id);
    await keepRecordings({ deps, journal, record });
  }

  #recorderOptions(live: LiveBrowser, isRestored: boolean): RecorderOptions {
    const { deps, journal } = this.#options;
    const { id, spec } = this.#record();
    const { redactedHeaders, maxBodyBytes } = deps.recordings;
    const isQuiet = spec.stealth === "max" && spec.console !== "all";
    return {
      what: spec.recording,
      sink: this.#sink(live),
      clock: deps.clock,
      redactedHeaders,
      maxBodyBytes,
      earlierPages: isRestored ? journal.pages() : [],
      isRestored,
      isHidden: (targetId) => live.targets.isHidden(targetId),
      reports: live.reports,
      hearsConsole: !isQuiet || spec.console === "quiet",
      onFailed: (error) => deps.logger.warn("session.not_recorded", { sessionId: id, error }),
    };
  }

  #sink(live: LiveBrowser): RecordingSink {
    const { journal, mask } = this.#options;
    const noting =
      <Args extends readonly unknown[]>(note: (...args: Args) => void) =>
      (...args: Args): void => {
        // What cannot be looked through is not written down.
        if (mask.isBlind) return;
        note(...mask.data(args));
        this.#schedule();
      };
    return {
      entry: noting((entry) => journal.entry(entry)),
      socket: noting((socketId, entry) => journal.entry(entry, socketId)),
      message: noting((socketId, message) => journal.message(socketId, message)),
      page: noting((page) => journal.page(page)),
      event: noting((event: LogEvent) => journal.event(event)),
      frame: (frame) => {
        journal.frame(frame);
        this.#schedule();
      },
      screenshot: (taken) => this.#screenshot(live, taken),
      flush: () => journal.flush(),
    };
  }

  #screenshot(live: LiveBrowser, taken: TakenScreenshot): void {
    const url = live.targets.find(taken.tab)?.url ?? "";
    const upload = this.#keepScreenshot(taken, url).catch((error: unknown) => {
      this.#options.deps.logger.warn("session.screenshot_lost", { sessionId: this.#record().id, error });
    });
    this.#uploads.add(upload);
    this.#options.background(upload.finally(() => this.#uploads.delete(upload)));
  }

  async #keepScreenshot({ at, tab, data }: TakenScreenshot, url: string): Promise<void> {
    const { deps, journal } = this.#options;
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const { width, height } = jpegSize(bytes) ?? { width: 0, height: 0 };
    this.#lastScreenshot ??= journal.screenshots().at(-1)?.n ?? 0;
    this.#lastScreenshot += 1;
    const shown = this.#options.mask.text(url);
    const screenshot: Screenshot = { n: this.#lastScreenshot, at, url: shown, tab, width, height };
    const key = screenshotKey(this.#record().id, screenshot.n);
    await deps.recordings.archive.put(key, bytes, "image/jpeg");
    if (this.#isStopped) return;
    journal.screenshot(screenshot);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#options.background(this.#flush());
    }, FLUSH_MS);
  }

  /** What cannot be moved on now is, the next time. Never rejects. */
  async #flush(): Promise<void> {
    const { journal, store, deps } = this.#options;
    const sessionId = store.read()?.id;
    if (sessionId === undefined || this.#isStopped) return;
    try {
      this.#current?.recorder.settle();
      journal.flush();
      await this.#segments.cutFull(sessionId);
    } catch (error) {
      deps.logger.warn("session.recording_not_kept", { sessionId, error });
    }
  }

  #update(changes: Partial<RecordingRecord>): void {
    const { recording } = this.#record();
    if (recording !== null) this.#options.store.update({ recording: { ...recording, ...changes } });
  }

  #record(): SessionRecord {
    const record = this.#options.store.read();
    if (record === undefined) throw new Error("there is no session");
    return record;
  }
}
