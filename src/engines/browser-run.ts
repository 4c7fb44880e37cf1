import { type Transport, WebSocketTransport } from "../cdp/transport.ts";
import {
  type BrowserEngine,
  BrowserGoneError,
  type EngineBrowser,
  EngineError,
  type EngineLaunch,
  type ListedBrowser,
} from "./engine.ts";

/** The part of the Browser Rendering binding in use: its `fetch` form, which the local runtime has too. */
export interface BrowserBinding {
  fetch(url: string, init?: RequestInit): Promise<Response>;
}

/** The binding looks at the path only. */
const ORIGIN = "https://browser.run";
/** The longest inactivity window that Browser Run grants; heartbeats stay well inside it. */
const KEEP_ALIVE_MS = 600_000;
/** Used when a 429 or 503 names no `Retry-After`: paid accounts get one new browser a second. */
const DEFAULT_RETRY_AFTER_MS = 1000;
const RETRYABLE = new Set([429, 503]);
const GONE = new Set([404, 410]);
/** Ended browsers to look through for the one that has just gone. */
const HISTORY_LENGTH = 50;
const CRASH = /crash/i;
/** Of the engine's own error text, what fits a message to a caller. */
const MAX_DETAIL_LENGTH = 200;

/** Cloudflare Browser Rendering. One browser a session. */
export class BrowserRunEngine implements BrowserEngine {
  readonly name = "browser-run";
  readonly features = { sharesBrowser: false, hasLocations: true };
  readonly #binding: BrowserBinding;

  constructor(binding: BrowserBinding) {
    this.#binding = binding;
  }

  async launch({ location }: EngineLaunch): Promise<EngineBrowser> {
    const where = location === null ? "" : `&location=${location}`;
    const url = `${ORIGIN}/v1/devtools/browser?keep_alive=${KEEP_ALIVE_MS}${where}`;
    const response = await this.#binding.fetch(url, { method: "POST" });
    if (!response.ok) throw await refusal(response);
    const answer: unknown = await response.json();
    if (
      typeof answer === "object" &&
      answer !== null &&
      "sessionId" in answer &&
      typeof answer.sessionId === "string"
    ) {
      return this.resume(answer.sessionId);
    }
    throw new EngineError("the engine answered without a browser id");
  }

  resume(browserId: string): EngineBrowser {
    const url = `${ORIGIN}/v1/devtools/browser/${encodeURIComponent(browserId)}`;
    return {
      browserId,
      connect: () => this.#connect(browserId, url),
      close: async () => {
        const response = await this.#binding.fetch(url, { method: "DELETE" });
        await response.body?.cancel();
        if (!response.ok && response.status !== 404) {
          throw new EngineError(`the engine did not close the browser: ${response.status}`);
        }
      },
    };
  }

  async list(): Promise<readonly ListedBrowser[]> {
    const response = await this.#binding.fetch(`${ORIGIN}/v1/sessions`);
    if (!response.ok) throw await refusal(response);
    const answer: unknown = await response.json();
    const listed = typeof answer === "object" && answer !== null && "sessions" in answer ? answer.sessions : undefined;
    if (!Array.isArray(listed)) throw new EngineError("the engine answered without a list of browsers");
    // One that cannot be read is not for us to judge.
    return listed.map(toListedBrowser).filter((browser) => browser !== undefined);
  }

  async #connect(browserId: string, url: string): Promise<Transport> {
    const response = await this.#binding.fetch(url, { headers: { Upgrade: "websocket" } });
    if (response.webSocket) return new WebSocketTransport(response.webSocket);
    const error = await refusal(response);
    if (GONE.has(response.status) || (await this.#isUnknown(browserId))) {
      throw new BrowserGoneError("the engine has closed the browser", {
        crashed: await this.#hasCrashed(browserId),
        cause: error,
      });
    }
    throw error;
  }

  /** An upgrade may be refused for other reasons; this route tells of nothing but whether there is a browser. */
  async #isUnknown(browserId: string): Promise<boolean> {
    const response = await this.#binding.fetch(`${ORIGIN}/v1/devtools/session/${encodeURIComponent(browserId)}`);
    await response.body?.cancel();
    return GONE.has(response.status);
  }

  /** Browser Run keeps the reason of every end in its history (see "Browser close reasons" in its documentation). */
  async #hasCrashed(browserId: string): Promise<boolean | undefined> {
    try {
      const response = await this.#binding.fetch(`${ORIGIN}/v1/history?limit=${HISTORY_LENGTH}`);
      if (!response.ok) return undefined;
      const entry = entriesOf(await response.json()).find(({ sessionId }) => sessionId === browserId);
      return entry && CRASH.test(String(entry["closeReasonText"]));
    } catch {
      // The reason is a courtesy; that the browser is gone is known.
      return undefined;
    }
  }
}

/** `[…]` locally, `{history: […]}` in the cloud. */
function entriesOf(answer: unknown): readonly Record<string, unknown>[] {
  const wrapped = typeof answer === "object" && answer !== null && "history" in answer ? answer.history : answer;
  return Array.isArray(wrapped) ? (wrapped as Record<string, unknown>[]) : [];
}

/** `connectionId` is there while a client is connected. */
function toListedBrowser(entry: unknown): ListedBrowser | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { sessionId, startTime, connectionId } = entry as Record<string, unknown>;
  if (typeof sessionId !== "string" || typeof startTime !== "number") return undefined;
  return { browserId: sessionId, startedAt: startTime, connected: typeof connectionId === "string" };
}

async function refusal(response: Response): Promise<EngineError> {
  // Further lines would be a stack of the engine's.
  const [firstLine = ""] = (await response.text()).split("\n", 1);
  const detail = firstLine.slice(0, MAX_DETAIL_LENGTH);
  const message = `the engine answered ${response.status}${detail === "" ? "" : `: ${detail}`}`;
  if (!RETRYABLE.has(response.status)) return new EngineError(message);
  const seconds = Number(response.headers.get("Retry-After"));
  return new EngineError(message, { retryAfterMs: seconds > 0 ? seconds * 1000 : DEFAULT_RETRY_AFTER_MS });
}
