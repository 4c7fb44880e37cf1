import { type Transport, WebSocketTransport } from "../cdp/transport.ts";
import { type BrowserEngine, type EngineBrowser, EngineError } from "./engine.ts";

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
/** Of the engine's own error text, what fits a message to a caller. */
const MAX_DETAIL_LENGTH = 200;

/** Cloudflare Browser Rendering. One browser a session. */
export class BrowserRunEngine implements BrowserEngine {
  readonly name = "browser-run";
  readonly features = { sharesBrowser: false };
  readonly #binding: BrowserBinding;

  constructor(binding: BrowserBinding) {
    this.#binding = binding;
  }

  async launch(signal: AbortSignal): Promise<EngineBrowser> {
    const url = `${ORIGIN}/v1/devtools/browser?keep_alive=${KEEP_ALIVE_MS}`;
    const response = await this.#binding.fetch(url, { method: "POST", signal });
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
      connect: () => this.#connect(url),
      close: async () => {
        const response = await this.#binding.fetch(url, { method: "DELETE" });
        await response.body?.cancel();
        if (!response.ok && response.status !== 404) {
          throw new EngineError(`the engine did not close the browser: ${response.status}`);
        }
      },
    };
  }

  async #connect(url: string): Promise<Transport> {
    const response = await this.#binding.fetch(url, { headers: { Upgrade: "websocket" } });
    if (!response.webSocket) throw await refusal(response);
    return new WebSocketTransport(response.webSocket);
  }
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
