/** One of the session's recordings, as the index lists it. */
export interface ListedRecording {
  readonly type: "har" | "log" | "screenshots" | "video";
  readonly status: "processing" | "ready" | "failed";
  readonly detail: string | null;
}

/** What there is to play. Times are epoch milliseconds. */
export interface RecordingIndex {
  readonly sessionId: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly recordings: readonly ListedRecording[];
}

export interface NameAndValue {
  readonly name: string;
  readonly value: string;
}

export interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly NameAndValue[];
    readonly postData?: { readonly text: string };
  };
  readonly response: {
    readonly status: number;
    readonly statusText: string;
    readonly headers: readonly NameAndValue[];
    readonly content: {
      readonly size: number;
      readonly mimeType: string;
      readonly text?: string;
      readonly encoding?: string;
    };
    readonly _transferSize?: number;
    readonly _error?: string | null;
  };
  readonly timings: Readonly<Record<string, number>>;
  readonly _resourceType?: string;
  readonly _fromCache?: string;
  readonly _webSocketMessages?: readonly { readonly type: string; readonly time: number; readonly data: string }[];
}

export interface LogEvent {
  readonly at: number;
  readonly type: string;
  readonly level?: string;
  readonly text?: string;
  readonly url?: string;
  readonly line?: number;
  readonly key?: string;
  readonly button?: string;
  readonly x?: number;
  readonly y?: number;
  readonly event?: string;
}

export interface Screenshot {
  readonly n: number;
  readonly at: number;
  readonly url: string;
}

/** The server's own words for why it gives nothing. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** The address of something of this recording: whatever lets the page see it is in its own query. */
export const addressOf = (path: string): string => `${location.pathname}/${path}${location.search}`;

async function ask(path: string): Promise<Response> {
  const response = await fetch(addressOf(path));
  if (response.ok) return response;
  const said = (await response.json().catch(() => ({}))) as { readonly message?: string };
  throw new RefusedError(said.message ?? `The server answered ${response.status}.`);
}

export const readIndex = async (): Promise<RecordingIndex> =>
  (await (await ask("index.json")).json()) as RecordingIndex;

export async function readHar(): Promise<readonly HarEntry[]> {
  const { log } = (await (await ask("har")).json()) as { readonly log: { readonly entries: readonly HarEntry[] } };
  return log.entries;
}

export async function readLog(): Promise<readonly LogEvent[]> {
  const lines = (await (await ask("log")).text()).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LogEvent);
}

export async function readScreenshots(): Promise<readonly Screenshot[]> {
  const index = (await (await ask("screenshots")).json()) as { readonly screenshots: readonly Screenshot[] };
  return index.screenshots;
}
