/** Shorter values are everywhere by chance. */
const SHORTEST = 3;
/** What stands in place of a value. */
export const MASKED = "[secret]";

/** Keeps values that a session has filled in out of what is written about it, however they are spelled there. */
export class SecretMask {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;
  /** Values were filled in that are not known any more: nothing can be told from them. */
  isBlind = false;

  /** Whether there is anything to keep out. */
  get isOn(): boolean {
    return this.isBlind || this.#pattern !== undefined;
  }

  add(value: string): void {
    if (value.length < SHORTEST || this.#values.has(value)) return;
    this.#values.add(value);
    const spellings = [...new Set([...this.#values].flatMap(spellingsOf))].toSorted((a, b) => b.length - a.length);
    this.#pattern = new RegExp(spellings.map((each) => inPattern(each)).join("|"), "gi");
  }

  /** The same text without the values. */
  text(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, MASKED);
  }

  /** The same data without them, wherever in it they are. */
  data<T>(data: T): T {
    if (this.#pattern === undefined) return data;
    const masked = (value: unknown): unknown => {
      if (typeof value === "string") return this.text(value);
      if (Array.isArray(value)) return value.map(masked);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [this.text(key), masked(each)]));
    };
    return masked(data) as T;
  }
}

/** As a pattern that finds just this text. */
const inPattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** As forms, addresses, JSON, JSON within JSON, HTML and Base64 spell a value. */
function spellingsOf(value: string): readonly string[] {
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  const html = value.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
  const json = inJson(value);
  return [
    value,
    json,
    inJson(json),
    json.replaceAll("/", String.raw`\/`),
    encodeURIComponent(value),
    encodeURI(value),
    form,
    html,
    ...base64Of(new TextEncoder().encode(value)),
  ].filter((spelling) => spelling.length >= SHORTEST);
}

/** A value begins at any of the three places of a group, and shares its first and last characters with its neighbours. */
function base64Of(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const whole = padded.toBase64().replace(/=+$/, "");
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor(((before + bytes.length) * 8) / 6);
    const inner = whole.slice(from, to);
    // A few characters of Base64 are everywhere by chance.
    return inner.length < 6 ? [] : [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
