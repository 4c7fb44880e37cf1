/** Deeper documents are left to `JSON.parse`: this reader is recursive. */
const MAX_DEPTH = 200;

/**
 * Reads JSON as some parsers do and `JSON.parse` does not: of a key that occurs twice the first one counts. What is
 * checked by one reading must not mean another thing to the other.
 *
 * @param text valid JSON.
 * @returns `undefined` for a document that is too deep.
 */
export function readFirstWins(text: string): unknown {
  const reader = new Reader(text);
  return reader.value(0);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) return undefined;
    switch (this.#peek()) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(depth: number): unknown {
    const entries = new Map<string, unknown>();
    this.#at += 1;
    while (this.#peek() !== "}") {
      if (this.#peek() === ",") this.#at += 1;
      this.#peek();
      const key = this.#string();
      this.#peek();
      this.#at += 1;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      if (!entries.has(key)) entries.set(key, value);
    }
    this.#at += 1;
    return Object.fromEntries(entries);
  }

  #array(depth: number): unknown {
    const items: unknown[] = [];
    this.#at += 1;
    while (this.#peek() !== "]") {
      if (this.#peek() === ",") this.#at += 1;
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    this.#at += 1;
    return items;
  }

  #string(): string {
    const start = this.#at;
    this.#at += 1;
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    this.#at += 1;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #scalar(): unknown {
    const start = this.#at;
    while (this.#at < this.#text.length && !/[\s,\]}]/.test(this.#text[this.#at] ?? "")) this.#at += 1;
    return JSON.parse(this.#text.slice(start, this.#at));
  }

  /** The next character that is not white space. */
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
    return this.#text.charAt(this.#at);
  }
}
