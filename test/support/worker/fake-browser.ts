import type { Transport, TransportClose } from "../../../src/cdp/transport.ts";

/** One command as it left for the browser. */
export interface SentCommand {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly sessionId?: string;
  /** The exact text on the wire. */
  readonly text: string;
}

/**
 * A scriptable CDP peer behind a `Transport`: it records what is sent to the browser, and says what the test
 * tells it to say, in Chromium's own layout (the session id last).
 */
export class FakeBrowser implements Transport {
  readonly sent: SentCommand[] = [];
  bufferedBytes = 0;
  closedWith: TransportClose | undefined;
  #onMessage: (text: string) => void = () => undefined;
  #onClose: (close: TransportClose) => void = () => undefined;
  #sessions = 0;
  readonly #refused = new Set<string>();

  send(text: string): void {
    const command = { params: {}, ...(JSON.parse(text) as object), text } as SentCommand;
    this.sent.push(command);
    this.#answerOwn(command);
  }

  onMessage(handler: (text: string) => void): void {
    this.#onMessage = handler;
  }

  onClose(handler: (close: TransportClose) => void): void {
    this.#onClose = handler;
  }

  close(close: TransportClose): void {
    this.closedWith = close;
  }

  /** The browser's end of the socket breaks. */
  breakOff(close: TransportClose): void {
    this.#onClose(close);
  }

  /** A fresh 32-digit session id, as Chromium's are. */
  newSessionId(): string {
    this.#sessions += 1;
    return this.#sessions.toString(16).toUpperCase().padStart(32, "0");
  }

  says(message: { readonly sessionId?: string | undefined }): void {
    const { sessionId, ...rest } = message;
    this.#onMessage(JSON.stringify(sessionId === undefined ? rest : { ...rest, sessionId }));
  }

  saysText(text: string): void {
    this.#onMessage(text);
  }

  event(method: string, params: object, sessionId?: string): void {
    this.says({ method, params, sessionId } as { sessionId: string });
  }

  answer({ id, sessionId }: SentCommand, result: object): void {
    this.says({ id, result, sessionId } as { sessionId: string });
  }

  /** The last command with this method; fails the test when there is none. */
  last(method: string): SentCommand {
    const command = this.sent.findLast((candidate) => candidate.method === method);
    if (!command) throw new Error(`${method} was not sent; sent: ${this.sent.map((c) => c.method).join(", ")}`);
    return command;
  }

  /** The next command with this method gets an error. */
  refuseNext(method: string): void {
    this.#refused.add(method);
  }

  /** Whether the next command with this method gets an error. */
  refuses(method: string): boolean {
    return this.#refused.has(method);
  }

  /** What every browser answers without being told. */
  #answerOwn(command: SentCommand): void {
    if (this.#refused.delete(command.method)) {
      const error = { code: -32_000, message: "refused by the test" };
      queueMicrotask(() => this.says({ id: command.id, error } as { sessionId?: string }));
      return;
    }
    if (command.method === "Target.attachToBrowserTarget" && command.id < 0) {
      const sessionId = this.newSessionId();
      queueMicrotask(() => this.answer(command, { sessionId }));
    }
  }
}
