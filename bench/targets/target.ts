import type { InspectedWorker } from "./live-heap.ts";

/** What is compared, in the order of the tables: the browser itself, the simplest Worker in front of it, Berth. */
export const TARGET_NAMES = ["chromium", "pipe", "berth"] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

/** How hard a session of Berth's makes it to tell its pages from a person's. */
export const STEALTH_LEVELS = ["none", "standard", "max"] as const;
export type StealthLevel = (typeof STEALTH_LEVELS)[number];

/** A browser that a target made. */
export interface BenchSession {
  /** As the target's API names it. */
  readonly id?: string;
  readonly cdpUrl: string;
  /** Where a person sees it. Berth's only. */
  liveViewUrl?(): Promise<string>;
  /** Ends the browser; resolves when the target says so. */
  release(): Promise<void>;
}

/** What a session is to have. */
export interface SessionOptions {
  /** Of Berth's sessions: none, unless told otherwise, as the others have. */
  readonly stealth?: StealthLevel;
  /** Everything goes through the HTTP proxy on this port of the loopback address; not for the pipe. */
  readonly proxyPort?: number;
  /** Of Berth's sessions: the profile to load. */
  readonly profileId?: string;
  /** Of Berth's sessions: HAR, screenshots and video. */
  readonly isRecorded?: boolean;
  /** Of Berth's sessions: as Anchor's dialect makes them, which blocks ads and popups or does not. */
  readonly blocksAds?: boolean;
}

/** What a target remembers from one session to the next. */
export interface Profiles {
  /** An empty one; answers its id. */
  create(): Promise<string>;
  saveAndRelease(session: BenchSession): Promise<void>;
  /** Makes another profile from what the session's browser remembers now. */
  copyOf(session: BenchSession): Promise<void>;
}

export type ProfiledTarget = Target & { readonly profiles: Profiles };

/** One of the things compared, ready to make browsers. */
export interface Target {
  readonly name: TargetName;
  /** The server's own processes, browsers not among them; none for the browser itself. */
  readonly serverPids: readonly number[];
  /** Of these, the Workers runtime: the Node process beside it exists on this machine only. */
  readonly runtimePids: readonly number[];
  /** Makes the target ask its database once, where its sessions do not do so by themselves. */
  queryDatabase?(): Promise<void>;
  /** Its isolate, when it was started to be inspected. */
  readonly inspected?: InspectedWorker | undefined;
  /** Berth's only. */
  readonly profiles?: Profiles;
  createSession(options?: SessionOptions): Promise<BenchSession>;
  /** Ends the server and every browser that it launched. */
  stop(): Promise<void>;
}
