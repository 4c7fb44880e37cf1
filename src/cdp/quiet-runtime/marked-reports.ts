/** What scripts of Berth's own log for Berth alone. */
export class MarkedReports {
  readonly #token: string;

  /** @param token unguessable: a page that knew it could speak for a script. */
  constructor(token: string) {
    this.#token = token;
  }

  /** What a report of this name begins with. */
  markOf(name: string): string {
    return `${this.#token}${encodeURIComponent(name)}`;
  }

  /** The report in a console message; V8 puts a space between what was logged together. */
  read(text: string): { readonly name: string; readonly payload: string } | undefined {
    if (!text.startsWith(this.#token)) return undefined;
    const end = text.indexOf(" ", this.#token.length);
    if (end === -1) return undefined;
    return { name: decodeURIComponent(text.slice(this.#token.length, end)), payload: text.slice(end + 1) };
  }
}
