import type { Protocol } from "devtools-protocol";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";
import type { CdpConnection, CdpEvent } from "../../cdp/cdp-connection.ts";
import { parseProxyExit, type ProxyExit } from "../../domain/proxy-exit.ts";
import { within } from "../../domain/within.ts";
import { EgressError } from "./egress-error.ts";

export interface ProxyCredentials {
  readonly username: string;
  readonly password: string;
}

export interface ExitCheckOptions {
  readonly connection: CdpConnection;
  /** A blank tab of Berth's own, in the context whose way out is asked about. */
  readonly targetId: string;
  /** Answers who asks: `GET /ip` of a deployment. */
  readonly url: string;
  /** For the proxy; Chromium keeps them for the whole context once it has used them. */
  readonly credentials: ProxyCredentials | null;
  readonly limitMs: number;
}

/** A proxy that says this knows the credentials and does not take them. */
const REFUSED = /ERR_(INVALID_AUTH_CREDENTIALS|PROXY_AUTH_|UNEXPECTED_PROXY_AUTH)/;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Asks through a context's proxy where its traffic leaves, and gives the proxy its credentials on the way. The answer is
 * taken before the tab shows it: nobody waits for a renderer, and the tab stays as blank as it was.
 *
 * @throws EgressError when no answer comes through: `proxy_auth_failed` if the credentials are why.
 */
export async function checkExit(options: ExitCheckOptions): Promise<ProxyExit> {
  const { connection, targetId, limitMs } = options;
  const { sessionId } = await connection.send("Target.attachToTarget", { targetId, flatten: true });
  const check = new ExitCheck(options, sessionId);
  const stop = connection.onEvent((event) => check.onEvent(event));
  try {
    return await within(limitMs, check.run());
  } catch (error) {
    if (error instanceof EgressError || connection.isClosed) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EgressError("proxy_unreachable", `no answer through the proxy: ${reason}`);
  } finally {
    stop();
    // The tab may be gone, and the socket too.
    connection.send("Target.detachFromTarget", { sessionId }).catch(() => undefined);
  }
}

type Paused = Protocol.Fetch.RequestPausedEvent;
type Challenge = Protocol.Fetch.AuthRequiredEvent;

class ExitCheck {
  readonly #options: ExitCheckOptions;
  readonly #sessionId: string;
  readonly #answered = Promise.withResolvers<string>();
  #challenges = 0;

  constructor(options: ExitCheckOptions, sessionId: string) {
    this.#options = options;
    this.#sessionId = sessionId;
  }

  async run(): Promise<ProxyExit> {
    const { connection, url } = this.#options;
    const on = { sessionId: this.#sessionId, timeoutMs: this.#options.limitMs };
    // Patterns that match nothing would bring no challenges either.
    const patterns = [{ urlPattern: "*" }, { urlPattern: "*", requestStage: "Response" as const }];
    // Not waited for: the browser takes commands in order, and without it the proxy refuses the next one.
    connection.send("Fetch.enable", { handleAuthRequests: true, patterns }, on).catch(() => undefined);
    const failing = connection.send("Page.navigate", { url: unrepeated(url) }, on);
    const failed = failing.then(({ errorText = "there was no answer" }) => errorText);
    const answered = await Promise.race([this.#answered.promise, failed.then((errorText) => ({ errorText }))]);
    if (typeof answered !== "string") throw this.#failed(answered.errorText);
    const exit = parseProxyExit(answered);
    if (exit === undefined) throw this.#failed("something else answered");
    return exit;
  }

  onEvent({ method, params, sessionId }: CdpEvent): void {
    if (sessionId !== this.#sessionId) return;
    if (method === "Fetch.requestPaused") this.#onPaused(params as Paused);
    if (method === "Fetch.authRequired") this.#onChallenge(params as Challenge);
  }

  #onPaused({ requestId, responseStatusCode }: Paused): void {
    if (responseStatusCode === undefined || REDIRECTS.has(responseStatusCode)) {
      this.#answer("Fetch.continueRequest", { requestId });
    } else void this.#read(requestId);
  }

  /** Never rejects. */
  async #read(requestId: string): Promise<void> {
    const { connection, limitMs } = this.#options;
    const on = { sessionId: this.#sessionId, timeoutMs: limitMs };
    try {
      const { body, base64Encoded } = await connection.send("Fetch.getResponseBody", { requestId }, on);
      this.#answered.resolve(base64Encoded ? new TextDecoder().decode(Uint8Array.fromBase64(body)) : body);
    } catch {
      // It broke off: the navigation says how.
    }
    this.#answer("Fetch.failRequest", { requestId, errorReason: "Aborted" });
  }

  #onChallenge({ requestId, authChallenge }: Challenge): void {
    const { credentials } = this.#options;
    this.#challenges += 1;
    // Servers ask too, and must not get the proxy's password; a second question says that the first answer was wrong.
    const answers = authChallenge.source === "Proxy" && credentials !== null && this.#challenges === 1;
    const authChallengeResponse = answers
      ? { response: "ProvideCredentials" as const, ...credentials }
      : { response: "CancelAuth" as const };
    this.#answer("Fetch.continueWithAuth", { requestId, authChallengeResponse });
  }

  #answer<M extends "Fetch.continueRequest" | "Fetch.continueWithAuth" | "Fetch.failRequest">(
    method: M,
    params: ProtocolMapping.Commands[M]["paramsType"][0],
  ): void {
    // A request that was given up meanwhile needs no answer.
    this.#options.connection.send(method, params, { sessionId: this.#sessionId }).catch(() => undefined);
  }

  #failed(found: string): EgressError {
    if (REFUSED.test(found) || this.#challenges > 1) {
      return new EgressError("proxy_auth_failed", `the proxy does not accept the credentials (${found})`);
    }
    if (this.#challenges === 1 && this.#options.credentials === null) {
      return new EgressError("proxy_auth_failed", "the proxy asks for credentials");
    }
    const asked = new URL(this.#options.url).origin;
    return new EgressError("proxy_unreachable", `${asked} could not be reached through the proxy (${found})`);
  }
}

/** An answer from a cache would be an earlier exit's. */
function unrepeated(url: string): string {
  const asked = new URL(url);
  asked.searchParams.set("check", crypto.randomUUID());
  return asked.href;
}
