import type { SessionId } from "./ids.ts";

/** What may be recorded of a session, each to be had for itself. */
export const RECORDING_TYPES = ["har", "log", "screenshots", "video"] as const;
export type RecordingType = (typeof RECORDING_TYPES)[number];

/** `processing` until it is whole, and kept. */
export type RecordingStatus = "processing" | "ready" | "failed";

export const RECORDING_CONTENT_TYPES: Readonly<Record<RecordingType, string>> = {
  har: "application/json",
  log: "application/x-ndjson",
  screenshots: "application/json",
  video: "video/mp4",
};

/**
 * One thing that happened, on the clock of the whole recording: epoch milliseconds. A tab is named by the CDP target id
 * of its page. Keys are named only where they name no character, and nothing that was typed is kept.
 */
export type LogEvent = { readonly at: number } & LogDetail;

/** What happened; `tab` is absent for what concerns none. */
export type LogDetail = { readonly tab?: string } & (
  | {
      readonly type: "console";
      readonly level: string;
      readonly text: string;
      readonly url?: string;
      /** From 1. */
      readonly line?: number;
    }
  | { readonly type: "exception"; readonly text: string; readonly url?: string; readonly line?: number }
  | { readonly type: "navigation"; readonly url: string }
  /** CSS pixels of the tab's viewport. */
  | { readonly type: "click"; readonly x: number; readonly y: number; readonly button: string }
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "tab"; readonly event: "opened" | "closed" | "shown" | "crashed"; readonly url?: string }
  | { readonly type: "recording"; readonly event: "started" | "paused" | "resumed" | "restored" | "ended" }
);

/** An image of the tab in use, at most three a second and only when something has changed. */
export interface Frame {
  /** Epoch milliseconds of the browser's clock. */
  readonly at: number;
  readonly tab: string;
  /** JPEG in base64. */
  readonly data: string;
}

export interface Screenshot {
  /** From 1, in the order of time. */
  readonly n: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly url: string;
  readonly tab: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Frames of a video that is not made yet, in an object of their own: a {@link Frame} a line. */
export interface FrameSegment {
  readonly key: string;
  readonly frames: number;
  readonly bytes: number;
}

/** All that a video is made of. Times are epoch milliseconds. */
export interface VideoSource {
  readonly format: 1;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly segments: readonly FrameSegment[];
}

/** What became of a video that was asked for. */
export interface VideoState {
  readonly status: RecordingStatus;
  /** Why it failed. */
  readonly detail: string | null;
}

/** Makes videos of what sessions have recorded, one after the other. */
export interface VideoMaker {
  /** Answers when the video is made, or cannot be. May be asked again and again. */
  make(sessionId: SessionId): Promise<VideoState>;
}

/** A recording as it is kept. Times are epoch milliseconds. */
export interface StoredRecording {
  readonly id: string;
  readonly type: RecordingType;
  readonly status: RecordingStatus;
  /** Why it failed; holds nothing secret. */
  readonly detail: string | null;
  /** Bytes; `null` while it is not whole. */
  readonly size: number | null;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly createdAt: number;
  /** When it is deleted. */
  readonly expiresAt: number;
}
