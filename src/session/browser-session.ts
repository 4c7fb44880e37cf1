import { DurableObject } from "cloudflare:workers";
import { createSessionDeps } from "../composition.ts";
import type { ControlAction, ControlResult } from "../domain/control.ts";
import type { Failure } from "../domain/failure.ts";
import { type AccountId, newConnectToken, type ProfileId, type SessionId } from "../domain/ids.ts";
import type { ControlState, DriveCommand } from "../domain/live-view.ts";
import type { StoredCookie } from "../domain/profile-content.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import { type EndReason, isTerminal } from "../domain/session-state.ts";
import type { PageView, SessionView, TokenScope } from "../domain/session-view.ts";
import { ConnectTokens } from "./connect-tokens.ts";
import { Deadlines } from "./deadlines.ts";
import { DevtoolsDoor } from "./devtools-door.ts";
import { DOOR_HEADER, LIVE_VIEW_PATH } from "./door-request.ts";
import { Downstreams } from "./downstreams.ts";
import { LiveViewDoor } from "./live-view-door.ts";
import { People } from "./people.ts";
import { SessionCommands } from "./session-commands.ts";
import { SessionControl } from "./session-control.ts";
import { SessionController } from "./session-controller.ts";
import type { SessionDeps } from "./session-deps.ts";
import type { CreateSession, OwnedSession, ProfileOrigin, SessionObject } from "./session-object.ts";
import { SessionDownloads } from "./session-downloads.ts";
import { SessionProfile } from "./session-profile.ts";
import { RecordingJournal } from "./recording-journal.ts";
import { SessionUploads, type UploadedFile } from "./session-uploads.ts";
import { SessionSecrets } from "./session-secrets.ts";
import { TypedSecrets } from "./typed-secrets.ts";
import { SessionRecording } from "./session-recording.ts";
import type { SessionRecord } from "./session-record.ts";
import { SessionStore } from "./session-store.ts";
import { SharedCreate } from "./shared-create.ts";

/** Each takes its share of the object's memory and of its way out. */
const MAX_VIEWERS = 50;

interface PeopleParts {
  readonly uploads: SessionUploads;
  readonly secrets: SessionSecrets;
  readonly background: (promise: Promise<void>) => void;
}

/** One session. It owns the parts and delegates to them; see docs/architecture.md. */
export class BrowserSession extends DurableObject implements SessionObject {
  readonly #id: SessionId;
  readonly #deps: SessionDeps;
  readonly #store: SessionStore;
  readonly #tokens: ConnectTokens;
  readonly #downstreams: Downstreams;
  readonly #controller: SessionController;
  readonly #commands: SessionCommands;
  readonly #creating: SharedCreate;
  readonly #door: DevtoolsDoor;
  readonly #liveDoor: LiveViewDoor;
  readonly #downloads: SessionDownloads;

  /** @param deps other than the deployment's own: for tests that inject faults. */
  constructor(context: DurableObjectState, env: Cloudflare.Env, deps: SessionDeps = createSessionDeps(env)) {
    super(context, env);
    // Every object of this class is addressed by its session's id.
    this.#id = (context.id.name ?? "") as SessionId;
    this.#deps = deps;
    this.#store = new SessionStore(context.storage);
    this.#tokens = new ConnectTokens({ secret: this.#deps.tokenSecret, store: this.#store });
    const background = (promise: Promise<void>): void => context.waitUntil(promise);
    this.#downstreams = new Downstreams(() => background(this.#controller.clientGone()));
    const uploads = new SessionUploads(this.#store);
    const secrets = new SessionSecrets({ deps, store: this.#store });
    const people = this.#peopleWith({ uploads, secrets, background });
    const profile = new SessionProfile({ deps: this.#deps, store: this.#store });
    const parts = { id: this.#id, deps, store: this.#store, background };
    const onStored = (download: { name: string; path: string }): void => people.views.tellDownload(download);
    this.#downloads = new SessionDownloads({ ...parts, onStored });
    const recording = new SessionRecording({
      ...parts,
      journal: new RecordingJournal(context.storage),
      mask: secrets.mask,
    });
    this.#controller = new SessionController({
      deps: this.#deps,
      store: this.#store,
      deadlines: new Deadlines(context.storage),
      downstreams: this.#downstreams,
      tokens: this.#tokens,
      profile,
      recording,
      people,
      downloads: this.#downloads,
      secrets,
      background,
    });
    const { clock, maxClients, protocol } = this.#deps;
    this.#commands = new SessionCommands({
      controller: this.#controller,
      store: this.#store,
      profile,
      recording,
      clock,
      people,
      uploads,
      control: new SessionControl({ markdownScript: this.#deps.markdownScript }),
    });
    this.#creating = new SharedCreate({ id: this.#id, store: this.#store, controller: this.#controller });
    const waitMs = deps.timing.doorWaitMs;
    const way = { id: this.#id, controller: this.#controller, store: this.#store, tokens: this.#tokens, waitMs };
    this.#door = new DevtoolsDoor({ ...way, downstreams: this.#downstreams, maxClients, protocol });
    this.#liveDoor = new LiveViewDoor({ ...way, views: people.views, maxViewers: MAX_VIEWERS });
  }

  #peopleWith({ uploads, secrets, background }: PeopleParts): People {
    return new People({
      id: this.#id,
      clock: this.#deps.clock,
      uploads,
      typed: new TypedSecrets({ secrets, clock: this.#deps.clock, live: () => this.#controller.current }),
      onInput: () => background(this.#controller.attended()),
      tellClients: (event, params) => this.#controller.tellClients(event, params),
    });
  }

  create(command: CreateSession): Promise<Result<OwnedSession, Failure>> {
    return this.#creating.create(command);
  }

  joinCreate(accountId: AccountId): Promise<Result<OwnedSession, Failure>> {
    return this.#creating.join(accountId);
  }

  async describe(accountId: AccountId): Promise<Result<OwnedSession, Failure>> {
    await this.#controller.wake();
    return this.#owned(accountId) ? this.#controller.owned() : this.#notFound();
  }

  async end(accountId: AccountId, reason: EndReason, detail?: string): Promise<Result<SessionView, Failure>> {
    const view = this.#owned(accountId) && (await this.#controller.end(reason, detail));
    return view ? succeed(view) : this.#notFound();
  }

  async pages(accountId: AccountId): Promise<Result<readonly PageView[], Failure>> {
    return this.#owned(accountId) ? this.#commands.pages() : this.#notFound();
  }

  async setTags(accountId: AccountId, tags: readonly string[]): Promise<Result<readonly string[], Failure>> {
    if (!this.#owned(accountId)) return this.#notFound();
    return succeed(this.#store.update({ tags }).tags);
  }

  async createToken(accountId: AccountId, scope: TokenScope): Promise<Result<string, Failure>> {
    const record = this.#owned(accountId);
    if (!record) return this.#notFound();
    if (isTerminal(record.status)) {
      return fail({ kind: "sessionNotRunning", sessionId: record.id, status: record.status });
    }
    const token = newConnectToken(this.#deps.ids);
    await this.#tokens.remember(token, scope);
    this.#store.update({ tokenOnly: true });
    return succeed(token);
  }

  async revokeToken(accountId: AccountId, token: string): Promise<Result<null, Failure>> {
    if (!this.#owned(accountId)) return this.#notFound();
    if (await this.#tokens.revoke(token)) return succeed(null);
    return fail({ kind: "notFound", what: "token", id: "given" });
  }

  async profileOrigin(accountId: AccountId): Promise<Result<ProfileOrigin, Failure>> {
    return this.#owned(accountId) ? this.#commands.profileOrigin() : this.#notFound();
  }

  async saveProfile(accountId: AccountId, to?: ProfileId): Promise<Result<null, Failure>> {
    return this.#owned(accountId) ? this.#commands.saveProfile(to) : this.#notFound();
  }

  async cookies(accountId: AccountId): Promise<Result<readonly StoredCookie[], Failure>> {
    return this.#owned(accountId) ? this.#commands.cookies() : this.#notFound();
  }

  async importCookies(
    accountId: AccountId,
    cookies: readonly StoredCookie[],
    isMerge: boolean,
  ): Promise<Result<number, Failure>> {
    return this.#owned(accountId) ? this.#commands.importCookies(cookies, isMerge) : this.#notFound();
  }

  async pauseRecording(accountId: AccountId, isPaused: boolean): Promise<Result<null, Failure>> {
    return this.#owned(accountId) ? this.#commands.pauseRecording(isPaused) : this.#notFound();
  }

  async screenshot(accountId: AccountId): Promise<Result<Uint8Array, Failure>> {
    return this.#owned(accountId) ? this.#commands.screenshot() : this.#notFound();
  }

  async control(accountId: AccountId, action: ControlAction): Promise<Result<ControlResult, Failure>> {
    return this.#owned(accountId) ? this.#commands.control(action) : this.#notFound();
  }

  async drive(accountId: AccountId, command: DriveCommand): Promise<Result<ControlState, Failure>> {
    return this.#owned(accountId) ? this.#commands.drive(command) : this.#notFound();
  }

  reap(): Promise<boolean> {
    return this.#controller.reap();
  }

  override async fetch(request: Request): Promise<Response> {
    const download = request.headers.get(DOOR_HEADER.download);
    if (download !== null) return this.#downloads.open(download);
    const uploader = request.headers.get(DOOR_HEADER.upload);
    if (uploader !== null) return Response.json(await this.#upload(uploader, request));
    const isViewer = new URL(request.url).pathname === LIVE_VIEW_PATH;
    return isViewer ? this.#liveDoor.handle(request) : this.#door.handle(request);
  }

  override alarm(): Promise<void> {
    return this.#controller.onAlarm();
  }

  async #upload(accountId: string, request: Request): Promise<Result<UploadedFile, Failure>> {
    // Whoever can set this header has found the account by its key.
    const isOwned = this.#owned(accountId as AccountId) !== undefined;
    return isOwned ? this.#commands.upload(request) : this.#notFound();
  }

  /** The session, if it is this account's: another account's is one that does not exist. */
  #owned(accountId: AccountId): SessionRecord | undefined {
    const record = this.#store.read();
    return record?.accountId === accountId ? record : undefined;
  }

  #notFound<T>(): Result<T, Failure> {
    return fail({ kind: "sessionNotFound", sessionId: this.#id });
  }
}
