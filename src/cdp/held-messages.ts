/** What the browser says to its protocol sessions, kept back for a moment and then delivered in order. */
export class HeldMessages {
  readonly #deliver: (text: string) => void;
  readonly #texts: string[] = [];
  #holds = 0;

  constructor(deliver: (text: string) => void) {
    this.#deliver = deliver;
  }

  /** Keeps messages back until the work is done. */
  async while<T>(work: () => Promise<T>): Promise<T> {
    this.#holds += 1;
    try {
      return await work();
    } finally {
      this.#holds -= 1;
      if (this.#holds === 0) for (const text of this.#texts.splice(0)) this.#deliver(text);
    }
  }

  /** Answers whether the message is kept back. What is not for a session of its own (`""`) passes. */
  takes(text: string, sessionId: string): boolean {
    const takes = this.#holds > 0 && sessionId !== "";
    if (takes) this.#texts.push(text);
    return takes;
  }
}
