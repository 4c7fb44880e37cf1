import type { Api, Dialect } from "./api.ts";
import { credential } from "./api.ts";

/** One recording as Meshbrow's list shows it. */
export interface ListedRecording {
  readonly type: string;
  readonly status: string;
  readonly error: string | null;
  readonly contentType: string;
  readonly size: number | null;
  readonly startedAt: string;
  readonly duration: number;
  readonly url: string;
}

export interface RecordingList {
  readonly recordings: readonly ListedRecording[];
  readonly playerUrl: string;
}

export interface HarMessage {
  readonly type: string;
  readonly time: number;
  readonly opcode: number;
  readonly data: string;
}

export interface HarHeader {
  readonly name: string;
  readonly value: string;
}

export interface HarEntry {
  readonly pageref?: string;
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly HarHeader[];
    readonly cookies: readonly HarHeader[];
    readonly postData?: { readonly mimeType: string; readonly text: string; readonly params: readonly HarHeader[] };
  };
  readonly response: {
    readonly status: number;
    readonly headers: readonly HarHeader[];
    readonly cookies: readonly HarHeader[];
    readonly redirectURL: string;
    readonly bodySize: number;
    readonly content: {
      readonly size: number;
      readonly mimeType: string;
      readonly text?: string;
      readonly encoding?: string;
    };
    readonly _error: string | null;
  };
  readonly timings: Readonly<Record<"blocked" | "dns" | "connect" | "ssl" | "send" | "wait" | "receive", number>>;
  readonly _initiator?: { readonly type: string };
  readonly _fromCache?: string;
  readonly _fromServiceWorker?: boolean;
  readonly _target?: string;
  readonly _tab?: string;
  readonly _webSocketMessages?: readonly HarMessage[];
}

export interface Har {
  readonly log: {
    readonly version: string;
    readonly pages: readonly {
      readonly id: string;
      readonly title: string;
      readonly pageTimings: { readonly onLoad: number; readonly onContentLoad: number };
    }[];
    readonly entries: readonly HarEntry[];
  };
}

export interface LogEvent {
  readonly at: number;
  readonly type: string;
  readonly tab?: string;
  readonly text?: string;
  readonly level?: string;
  readonly url?: string;
  readonly event?: string;
  readonly key?: string;
  readonly x?: number;
  readonly y?: number;
}

export interface ScreenshotIndex {
  readonly screenshots: readonly {
    readonly n: number;
    readonly at: number;
    readonly url: string;
    readonly tab: string;
    readonly width: number;
    readonly height: number;
  }[];
}

/** What was recorded of one session, as its owner reads it. */
export class Recordings {
  readonly #api: Api;
  readonly #id: string;

  constructor(api: Api, id: string) {
    this.#api = api;
    this.#id = id;
  }

  async list(): Promise<RecordingList> {
    return (await this.#api.call<RecordingList>("meshbrow", this.path())).body;
  }

  path(rest = ""): string {
    return `/v1/sessions/${this.#id}/recordings${rest}`;
  }

  /** The answer, unread. */
  fetch(rest: string, headers: Record<string, string> = {}, dialect: Dialect = "meshbrow"): Promise<Response> {
    return fetch(new URL(this.path(rest), this.#api.url), {
      headers: { ...credential(dialect, this.#api.apiKey), ...headers },
    });
  }

  async har(): Promise<Har> {
    return (await (await this.fetch("/har")).json()) as Har;
  }

  async screenshots(): Promise<ScreenshotIndex["screenshots"]> {
    return ((await (await this.fetch("/screenshots")).json()) as ScreenshotIndex).screenshots;
  }

  async log(): Promise<readonly LogEvent[]> {
    const text = await (await this.fetch("/log")).text();
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogEvent);
  }

  /** Waits until it is made. */
  async video(): Promise<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const response = await this.fetch("/video");
      if (response.status === 200) return new Uint8Array(await response.arrayBuffer());
      const text = await response.text();
      if (response.status !== 409) throw new Error(`no video: ${response.status} ${text}`);
    }
  }
}
