import { clearCookies, readCookies, writeCookies } from "../capabilities/profile/cookies.ts";
import { CdpCommandError } from "../cdp/cdp-connection.ts";
import { inPage } from "../cdp/in-page.ts";
import type { Clock } from "../domain/clock.ts";
import type { ControlAction, ControlResult } from "../domain/control.ts";
import type { Failure } from "../domain/failure.ts";
import type { ControlState, DriveCommand } from "../domain/live-view.ts";
import type { ProfileId } from "../domain/ids.ts";
import type { StoredCookie } from "../domain/profile-content.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { PageView } from "../domain/session-view.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { People } from "./people.ts";
import type { SessionControl } from "./session-control.ts";
import type { SessionController } from "./session-controller.ts";
import type { ProfileOrigin } from "./session-object.ts";
import { ProfileError, type SessionProfile } from "./session-profile.ts";
import type { SessionRecording } from "./session-recording.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionUploads, UploadedFile } from "./session-uploads.ts";
import type { SessionStore } from "./session-store.ts";

export interface SessionCommandsOptions {
  readonly controller: Pick<SessionController, "browser" | "busyWith">;
  readonly store: SessionStore;
  readonly profile: SessionProfile;
  readonly recording: SessionRecording;
  readonly clock: Clock;
  readonly control: SessionControl;
  readonly people: People;
  readonly uploads: SessionUploads;
}

/** What callers of the API ask of a session's browser. Whose session it is has been asked before. */
export class SessionCommands {
  readonly #options: SessionCommandsOptions;

  constructor(options: SessionCommandsOptions) {
    this.#options = options;
  }

  pages(): Promise<Result<readonly PageView[], Failure>> {
    return this.#withBrowser(async (live) => {
      const pages = await live.describePages();
      return succeed(pages.map(({ targetId, title, url }) => ({ id: targetId, title, url })));
    });
  }

  profileOrigin(): Promise<Result<ProfileOrigin, Failure>> {
    return this.#withBrowser((_live, { id, profile, spec }) => {
      const { fingerprint, proxy } = spec;
      return succeed({
        seed: profile?.seed ?? id,
        fingerprint: fingerprint === "auto" ? null : fingerprint,
        // A caller's own proxy has credentials, which are not the profile's to keep.
        proxy: proxy === null || proxy.type === "custom" ? null : proxy,
      });
    });
  }

  saveProfile(to: ProfileId | undefined): Promise<Result<null, Failure>> {
    return this.#withBrowser(async (live, { profile }) => {
      if (to === undefined && profile === null) {
        return fail({ kind: "conflict", message: "the session has no profile to save to" });
      }
      try {
        await this.#options.profile.save(live, to);
        return succeed(null);
      } catch (error) {
        if (error instanceof ProfileError) return fail(error.toFailure());
        throw error;
      }
    });
  }

  cookies(): Promise<Result<readonly StoredCookie[], Failure>> {
    return this.#withBrowser(async ({ connection, targets }) =>
      succeed(await readCookies(connection, targets.own?.id)),
    );
  }

  importCookies(cookies: readonly StoredCookie[], isMerge: boolean): Promise<Result<number, Failure>> {
    return this.#withBrowser(async ({ connection, targets }) => {
      const contextId = targets.own?.id;
      const now = this.#options.clock.now();
      const before = isMerge ? [] : await readCookies(connection, contextId);
      try {
        if (!isMerge) await clearCookies(connection, contextId);
        await writeCookies(connection, cookies, { contextId, now });
        return succeed(cookies.length);
      } catch (error) {
        if (!(error instanceof CdpCommandError) || connection.isClosed) throw error;
        await writeCookies(connection, before, { contextId, now });
        const message = `cookies cannot be set: ${error.message}`;
        return fail({ kind: "invalidRequest", field: "cookies", message });
      }
    });
  }

  pauseRecording(isPaused: boolean): Promise<Result<null, Failure>> {
    return this.#withBrowser(() => {
      const { recording } = this.#options;
      const isDone = isPaused ? recording.pause() : recording.resume();
      return isDone
        ? succeed(null)
        : fail({ kind: "invalidRequest", message: "recording is disabled for this session" });
    });
  }

  screenshot(): Promise<Result<Uint8Array, Failure>> {
    return this.#withBrowser(async (live) => {
      const tab = live.tabs.inUse;
      if (tab === undefined) return fail({ kind: "conflict", message: "the session has no tab" });
      try {
        return succeed(await screenshotOf(live, tab));
      } catch (error) {
        if (!(error instanceof CdpCommandError) || live.connection.isClosed) throw error;
        return fail({ kind: "conflict", message: `no picture of the tab can be taken: ${error.message}` });
      }
    });
  }

  /** The session does not fall idle while it works for somebody. */
  control(action: ControlAction): Promise<Result<ControlResult, Failure>> {
    const { control, controller } = this.#options;
    return this.#withBrowser((live) => controller.busyWith(() => control.run(live, action)));
  }

  upload(request: Request): Promise<Result<UploadedFile, Failure>> {
    const { uploads, controller } = this.#options;
    return this.#withBrowser((live) => controller.busyWith(() => uploads.take(live, request)));
  }

  drive(command: DriveCommand): Promise<Result<ControlState, Failure>> {
    const { desk } = this.#options.people;
    return this.#withBrowser(async () => {
      if (command.kind === "take") desk.take();
      else if (command.kind === "return") desk.giveBack();
      else if (command.kind === "request") {
        const outcome = await desk.request(command.message, command.timeoutMs);
        if (outcome === "timedOut")
          return fail({ kind: "timedOut", what: "person", message: "nobody has returned control in time" });
      }
      return succeed(desk.state);
    });
  }

  async #withBrowser<T>(
    work: (live: LiveBrowser, record: SessionRecord) => Result<T, Failure> | Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    const { controller, store } = this.#options;
    const before = store.read();
    const live = await controller.browser();
    const record = store.read();
    if (live && record) return work(live, record);
    const sessionId = before?.id ?? "";
    return fail({ kind: "sessionNotRunning", sessionId, status: record?.status ?? "destroyed" });
  }
}

/** What a tab shows now, as PNG. */
async function screenshotOf({ connection }: LiveBrowser, targetId: string): Promise<Uint8Array> {
  const { data } = await inPage(connection, targetId, (sessionId) =>
    connection.send("Page.captureScreenshot", { format: "png" }, { sessionId }),
  );
  return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
}
