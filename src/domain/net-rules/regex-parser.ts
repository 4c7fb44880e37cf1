/*
 * Regular expressions as Chrome takes them in rules, in RE2's syntax: nothing that would need to be tried again and
 * again. What RE2 has beside this (classes by name, `\p`, `\Q…\E`, `\C`, the flag `U`) is refused like what it has not.
 */

/** Which characters: of ASCII by bit, and whether all others are meant. */
export interface CharSet {
  readonly bits: readonly [number, number, number, number];
  readonly hasOthers: boolean;
  /** The one that it is, in lower case, where it is one letter or its other case. */
  readonly literal: string | undefined;
}

export type RegexNode =
  | { readonly type: "set"; readonly set: CharSet }
  | { readonly type: "sequence"; readonly of: readonly RegexNode[] }
  | { readonly type: "choice"; readonly of: readonly RegexNode[] }
  | {
      readonly type: "repeat";
      readonly of: RegexNode;
      readonly min: number;
      readonly max: number;
      readonly isLazy: boolean;
    }
  | { readonly type: "group"; readonly of: RegexNode; readonly index: number }
  | { readonly type: "assertion"; readonly at: "start" | "end" | "edge" | "inside" };

/** The expression cannot be taken. */
export class RegexSyntaxError extends Error {
  override readonly name = "RegexSyntaxError";
}

const ASCII = 128;
/** RE2's own, for `{n}`. */
const MOST_REPEATS = 1000;
const DEEPEST = 100;

type Range = readonly [from: number, to: number];
const DIGITS: readonly Range[] = [[48, 57]];
const WORDS: readonly Range[] = [...DIGITS, [65, 90], [95, 95], [97, 122]];
const SPACES: readonly Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];
const CLASSES: Readonly<Record<string, readonly Range[]>> = { d: DIGITS, w: WORDS, s: SPACES };
const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const ASSERTIONS = { A: "start", z: "end", b: "edge", B: "inside" } as const;

/** Whether a set has the character of this code. */
export const hasCode = ({ bits, hasOthers }: CharSet, code: number): boolean =>
  code < ASCII ? (((bits[code >> 5] ?? 0) >>> (code & 31)) & 1) === 1 : hasOthers;

/** Reads one expression. */
export class RegexParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #ignoresCase: boolean;
  /** How many groups capture. */
  groups = 0;

  constructor(text: string, isCaseSensitive: boolean) {
    this.#text = text;
    this.#ignoresCase = !isCaseSensitive;
  }

  /** @throws RegexSyntaxError for what is no expression, or none that is taken. */
  parse(): RegexNode {
    const node = this.#choice();
    return this.#at < this.#text.length ? refuse() : node;
  }

  #choice(): RegexNode {
    if (++this.#depth > DEEPEST) refuse();
    const ignoredCase = this.#ignoresCase;
    const of = [this.#sequence()];
    while (this.#take("|")) of.push(this.#sequence());
    this.#ignoresCase = ignoredCase;
    this.#depth--;
    return of.length === 1 && of[0] ? of[0] : { type: "choice", of };
  }

  #sequence(): RegexNode {
    const of: RegexNode[] = [];
    while (this.#at < this.#text.length && !/[|)]/.test(this.#next())) of.push(this.#repeated());
    return { type: "sequence", of };
  }

  #repeated(): RegexNode {
    const of = this.#single();
    const bounds = this.#bounds();
    if (bounds === undefined) return of;
    const isLazy = this.#take("?");
    // As RE2 has it, nothing is repeated twice.
    if (this.#bounds() !== undefined) refuse();
    return { type: "repeat", of, ...bounds, isLazy };
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take("*")) return { min: 0, max: Infinity };
    if (this.#take("+")) return { min: 1, max: Infinity };
    if (this.#take("?")) return { min: 0, max: 1 };
    const [all, from, comma, to] = this.#match(/\{(\d+)(,?)(\d*)\}/y) ?? [];
    if (all === undefined) return undefined;
    const min = Number(from);
    const max = comma === "" ? min : to === "" ? Infinity : Number(to);
    const isAllowed = min <= max && min <= MOST_REPEATS && (max <= MOST_REPEATS || max === Infinity);
    return isAllowed ? { min, max } : refuse();
  }

  #single(): RegexNode {
    const character = this.#text.charAt(this.#at++);
    if (character === "(") return this.#group();
    if (character === "[") return this.#class();
    if (character === "^") return { type: "assertion", at: "start" };
    if (character === "$") return { type: "assertion", at: "end" };
    if (character === ".") return set([[0, 0xffff]]);
    if (character === "\\") return this.#escaped();
    return /[*+?]/.test(character) ? refuse() : this.#set([only(character.charCodeAt(0))]);
  }

  #group(): RegexNode {
    if (this.#match(/\?(?=[imsU-])/y)) return this.#flags();
    if (this.#take("?:")) return this.#closed();
    if (this.#next() === "?" && !this.#match(/\?P?<\w+>/y)) refuse();
    const index = ++this.groups;
    return { type: "group", of: this.#closed(), index };
  }

  #closed(): RegexNode {
    const of = this.#choice();
    return this.#take(")") ? of : refuse();
  }

  /** Addresses have one line, so that only one flag matters: whether case does. */
  #flags(): RegexNode {
    const [, on = "", off = "", end] = this.#match(/([ims]*)(?:-([ims]+))?([:)])/y) ?? refuse();
    const before = this.#ignoresCase;
    this.#ignoresCase = (before || on.includes("i")) && !off.includes("i");
    if (end === ")") return { type: "sequence", of: [] };
    const of = this.#closed();
    this.#ignoresCase = before;
    return of;
  }

  #escaped(): RegexNode {
    const name = this.#next();
    if (name in ASSERTIONS) {
      this.#at++;
      return { type: "assertion", at: ASSERTIONS[name as keyof typeof ASSERTIONS] };
    }
    return this.#set(this.#ranges());
  }

  /** After a backslash. */
  #ranges(): readonly Range[] {
    const hex = this.#match(/x(?:([0-9a-f]{2})|\{([0-9a-f]{1,4})\})/iy);
    if (hex) return [only(Number.parseInt(hex[1] ?? hex[2] ?? "", 16))];
    const octal = this.#match(/0[0-7]{0,2}/y);
    if (octal) return [only(Number.parseInt(octal[0], 8))];
    const name = this.#text.charAt(this.#at++);
    const known = CLASSES[name];
    if (known) return known;
    const opposite = CLASSES[name.toLowerCase()];
    if (opposite) return inverted(opposite);
    const control = CONTROLS[name];
    if (control !== undefined) return [only(control)];
    return name === "" || /[a-z0-9]/i.test(name) ? refuse() : [only(name.charCodeAt(0))];
  }

  #class(): RegexNode {
    const isInverted = this.#take("^");
    const found: Range[] = [];
    for (let isFirst = true; isFirst || !this.#take("]"); isFirst = false) {
      if (this.#at >= this.#text.length || this.#match(/\[:/y)) refuse();
      const ranges = this.#member();
      const [from = 0, end = 0] = ranges[0] ?? [];
      if (ranges.length === 1 && from === end && this.#match(/-(?!\])/y)) {
        const [last, ...others] = this.#member();
        if (last === undefined || last[1] < from || others.length > 0) refuse();
        found.push([from, last[1]]);
      } else found.push(...ranges);
    }
    return this.#set(found, isInverted);
  }

  #member(): readonly Range[] {
    if (this.#take("\\")) return this.#ranges();
    const character = this.#text.charAt(this.#at++);
    return character === "" ? refuse() : [only(character.charCodeAt(0))];
  }

  #set(ranges: readonly Range[], isInverted = false): RegexNode {
    const folded = this.#ignoresCase ? withBothCases(ranges) : ranges;
    return set(isInverted ? inverted(folded) : folded);
  }

  #next(): string {
    return this.#text.charAt(this.#at);
  }

  #take(text: string): boolean {
    const isNext = this.#text.startsWith(text, this.#at);
    if (isNext) this.#at += text.length;
    return isNext;
  }

  /** @param pattern a sticky one. */
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }
}

function refuse(): never {
  throw new RegexSyntaxError();
}

const only = (code: number): Range => [code, code];

const contains = (ranges: readonly Range[], code: number): boolean =>
  ranges.some(([from, to]) => code >= from && code <= to);

function* codes(): Iterable<number> {
  for (let code = 0; code <= ASCII; code++) yield code;
}

/** Of what is beyond ASCII, the first stands for all. */
const inverted = (ranges: readonly Range[]): readonly Range[] =>
  [...codes()].filter((code) => !contains(ranges, code)).map((code) => [code, code === ASCII ? 0xffff : code]);

const withBothCases = (ranges: readonly Range[]): readonly Range[] => {
  const letters = [...codes()].filter((code) => /[a-z]/i.test(String.fromCharCode(code)) && contains(ranges, code));
  return [...ranges, ...letters.map((code) => only(code ^ 0x20))];
};

function set(ranges: readonly Range[]): RegexNode {
  const bits: [number, number, number, number] = [0, 0, 0, 0];
  const found = [...codes()].filter((code) => contains(ranges, code));
  for (const code of found) if (code < ASCII) bits[code >> 5] = (bits[code >> 5] ?? 0) | (1 << (code & 31));
  const names = new Set(found.map((code) => String.fromCharCode(code).toLowerCase()));
  const [literal] = names;
  const hasOthers = ranges.some(([, to]) => to >= ASCII);
  return { type: "set", set: { bits, hasOthers, literal: names.size === 1 && !hasOthers ? literal : undefined } };
}
