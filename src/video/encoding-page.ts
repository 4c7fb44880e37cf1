import type { Protocol } from "devtools-protocol";
import { CdpConnection } from "../cdp/cdp-connection.ts";
import { sessionIdOf } from "../cdp/messages.ts";
import type { Transport } from "../cdp/transport.ts";

/** What an encoding page may ask for, and hand over. */
export interface EncodingHost {
  /** What the page runs. */
  readonly script: string;
  /** What is to be encoded, as the page's script reads it. */
  readonly source: object;
  /** The next frames, a line each; `undefined` when there are no more. */
  next(): Promise<string | undefined>;
  /** The next bytes of the video. */
  piece(bytes: Uint8Array): Promise<void>;
}

/** The page could not make a video of what it was given. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
}

/** WebCodecs exist on secure origins only; nothing of this one ever leaves the browser. */
const ORIGIN = "https://encoder.invalid";
/** A browser that is at work asks for something every few seconds. */
const SILENCE_LIMIT_MS = 120_000;
const DOCUMENT = '<!doctype html><meta charset="utf-8"><title>Encoder</title><script src="/encoder.js" defer></script>';

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
}

/**
 * Encodes a video in a page of its own browser context.
 *
 * @throws EncodingError when the page cannot; CdpCommandError when the browser is lost.
 */
export async function encodeInPage(transport: Transport, host: EncodingHost): Promise<void> {
  const connection = new CdpConnection((text) => transport.send(text));
  transport.onMessage((text) => connection.receive(text, sessionIdOf(text)));
  let lost: (error: Error) => void = () => undefined;
  const isLost = new Promise<never>((_resolve, reject) => (lost = reject));
  isLost.catch(() => undefined);
  transport.onClose(({ reason }) => {
    connection.close(reason);
    lost(new EncodingError(`the browser went away: ${reason}`));
  });
  const { browserContextId } = await connection.send("Target.createBrowserContext", { disposeOnDetach: true });
  try {
    const { targetId } = await connection.send("Target.createTarget", { url: "about:blank", browserContextId });
    const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new EncodingPage(connection, sessionId, host);
    await Promise.race([page.run(), isLost]);
  } finally {
    if (!connection.isClosed) {
      await connection.send("Target.disposeBrowserContext", { browserContextId }).catch(() => undefined);
    }
  }
}

class EncodingPage {
  readonly #connection: CdpConnection;
  readonly #sessionId: string;
  readonly #host: EncodingHost;
  #done: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: CdpConnection, sessionId: string, host: EncodingHost) {
    this.#connection = connection;
    this.#sessionId = sessionId;
    this.#host = host;
  }

  async run(): Promise<void> {
    const sessionId = this.#sessionId;
    const finished = new Promise<void>((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
    });
    const stop = this.#connection.onEvent(({ method, params, sessionId: from }) => {
      if (from !== sessionId) return;
      if (method === "Fetch.requestPaused") void this.#paused(params as Protocol.Fetch.RequestPausedEvent);
      if (method === "Inspector.targetCrashed") this.#fail(new EncodingError("the page crashed"));
    });
    try {
      this.#heard();
      await this.#connection.send("Fetch.enable", {}, { sessionId });
      await this.#connection.send("Page.navigate", { url: `${ORIGIN}/` }, { sessionId });
      await finished;
    } finally {
      clearTimeout(this.#silence);
      stop();
    }
  }

  #heard(): void {
    clearTimeout(this.#silence);
    const isSilent = (): void => this.#fail(new EncodingError("the page fell silent"));
    this.#silence = setTimeout(isSilent, SILENCE_LIMIT_MS);
  }

  /** Never rejects. */
  async #paused({ requestId, request }: Protocol.Fetch.RequestPausedEvent): Promise<void> {
    this.#heard();
    try {
      const { status, type = "text/plain", body = "" } = await this.#answer(request);
      const responseHeaders = [{ name: "content-type", value: type }];
      const response = { requestId, responseCode: status, responseHeaders, body };
      await this.#connection.send("Fetch.fulfillRequest", response, { sessionId: this.#sessionId });
    } catch (error) {
      this.#fail(error instanceof Error ? error : new EncodingError(String(error)));
    }
  }

  async #answer(request: Protocol.Network.Request): Promise<Answer> {
    switch (request.url.slice(ORIGIN.length)) {
      case "/":
        return { status: 200, type: "text/html", body: toBase64(DOCUMENT) };
      case "/encoder.js":
        return { status: 200, type: "text/javascript", body: toBase64(this.#host.script) };
      case "/source":
        return { status: 200, type: "application/json", body: toBase64(JSON.stringify(this.#host.source)) };
      case "/next": {
        const frames = await this.#host.next();
        return frames === undefined ? { status: 204 } : { status: 200, body: toBase64(frames) };
      }
      case "/piece":
        await this.#host.piece(bodyOf(request));
        return { status: 204 };
      case "/done":
        this.#done();
        return { status: 204 };
      case "/failed":
        this.#fail(new EncodingError(new TextDecoder().decode(bodyOf(request))));
        return { status: 204 };
      default:
        return { status: 404 };
    }
  }
}

/** A page posts its pieces one after the other, and each of them as bytes. */
function bodyOf({ postDataEntries = [] }: Protocol.Network.Request): Uint8Array {
  const text = postDataEntries.map(({ bytes = "" }) => atob(bytes)).join("");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const CHUNK = 0x8000;

function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const parts: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += CHUNK) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  }
  return btoa(parts.join(""));
}
