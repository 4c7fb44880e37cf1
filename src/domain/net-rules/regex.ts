import { type CharSet, hasCode, type RegexNode, RegexParser, RegexSyntaxError } from "./regex-parser.ts";
import { fail, type Result, succeed } from "../result.ts";

/** Why Chrome takes no such expression (`chrome.declarativeNetRequest.UnsupportedRegexReason`). */
export type RegexProblem = "syntaxError" | "memoryLimitExceeded";

/** More than of any expression that Chrome takes: its limit, 2 KB compiled, is reached with 200 letters. */
const MOST_STEPS = 1000;

const Op = { Set: 0, Split: 1, Jump: 2, Save: 3, Start: 4, End: 5, Edge: 6, Inside: 7, Match: 8 } as const;
type Operation = (typeof Op)[keyof typeof Op];

const ASSERTED = { start: Op.Start, end: Op.End, edge: Op.Edge, inside: Op.Inside } as const;

interface Step {
  readonly op: Operation;
  readonly set?: CharSet;
  /** Where to go on, or what to save. */
  to: number;
  /** Where to go on when that leads nowhere. */
  orElse: number;
}

export interface RegexMatch {
  readonly index: number;
  /** What the groups captured, the whole match first. */
  readonly groups: readonly string[];
}

class TooLargeError extends Error {
  override readonly name = "TooLargeError";
}

/** An expression that takes time in proportion to the text, whatever both are. */
export class Regex {
  /** How many groups capture. */
  readonly groups: number;
  /** Texts, in lower case, that whatever matches has in it. */
  readonly literals: readonly string[];
  readonly #steps: readonly Step[];

  private constructor(node: RegexNode, groups: number) {
    this.groups = groups;
    this.literals = literalsOf(node);
    const steps: Step[] = [];
    compile(node, steps, { left: MOST_STEPS });
    steps.push({ op: Op.Match, to: 0, orElse: 0 });
    this.#steps = steps;
  }

  /** @returns the expression, or why it is not taken. */
  static parse(text: string, isCaseSensitive: boolean): Result<Regex, RegexProblem> {
    // A character is a step at least, or belongs to a class or a count.
    if (text.length > 8 * MOST_STEPS) return fail("memoryLimitExceeded");
    try {
      const parser = new RegexParser(text, isCaseSensitive);
      const node = parser.parse();
      return succeed(new Regex(node, parser.groups));
    } catch (error) {
      if (error instanceof RegexSyntaxError) return fail("syntaxError");
      if (error instanceof TooLargeError) return fail("memoryLimitExceeded");
      throw error;
    }
  }

  /** @returns the leftmost match, if there is one. */
  exec(text: string): RegexMatch | undefined {
    // Which step was taken where: what has led nowhere once does so again.
    const seen = new Uint32Array(Math.ceil((this.#steps.length * (text.length + 1)) / 32));
    for (let start = 0; start <= text.length; start++) {
      const saved = this.#run(text, start, seen);
      if (saved === undefined) continue;
      const groups = Array.from({ length: this.groups + 1 }, (_, index) => {
        const [from = -1, to = -1] = saved.slice(2 * index, 2 * index + 2);
        return from < 0 || to < 0 ? "" : text.slice(from, to);
      });
      return { index: start, groups };
    }
    return undefined;
  }

  #run(text: string, start: number, seen: Uint32Array): readonly number[] | undefined {
    const saved = Array.from({ length: 2 * this.groups + 2 }, () => -1);
    saved[0] = start;
    // Pairs: a step and where it stands, or what was saved before, by its inverted place.
    const pending: number[] = [0, start];
    while (pending.length > 0) {
      const at = pending.pop() ?? 0;
      const step = pending.pop() ?? 0;
      if (step < 0) saved[~step] = at;
      else {
        const end = this.#follow({ text, seen, saved, pending }, step, at);
        if (end < 0) continue;
        saved[1] = end;
        return saved;
      }
    }
    return undefined;
  }

  /** @returns where the match ends; less than nothing when this way leads nowhere. */
  #follow({ text, seen, saved, pending }: Run, first: number, start: number): number {
    let [next, at] = [first, start];
    for (;;) {
      const bit = next * (text.length + 1) + at;
      const word = seen[bit >>> 5] ?? 0;
      const step = this.#steps[next];
      if (step === undefined || (word >>> (bit & 31)) & 1) return -1;
      seen[bit >>> 5] = word | (1 << (bit & 31));
      const { op, set, to, orElse } = step;
      if (op === Op.Match) return at;
      if (op === Op.Split) pending.push(orElse, at);
      else if (op === Op.Save) {
        pending.push(~to, saved[to] ?? -1);
        saved[to] = at;
      } else if (op === Op.Set) {
        if (at >= text.length || set === undefined || !hasCode(set, text.charCodeAt(at))) return -1;
        at++;
      } else if (op !== Op.Jump && !holds(op, text, at)) return -1;
      next = op === Op.Split || op === Op.Jump ? to : next + 1;
    }
  }
}

interface Run {
  readonly text: string;
  readonly seen: Uint32Array;
  readonly saved: number[];
  readonly pending: number[];
}

const isWord = (character: string): boolean => /\w/.test(character);

function holds(op: Operation, text: string, at: number): boolean {
  if (op === Op.Start) return at === 0;
  if (op === Op.End) return at === text.length;
  const isEdge = isWord(text.charAt(at - 1)) !== isWord(text.charAt(at));
  return isEdge === (op === Op.Edge);
}

/** @param budget what repeats nothing takes time as well. */
function compile(node: RegexNode, steps: Step[], budget: { left: number }): void {
  if (--budget.left < 0) throw new TooLargeError();
  if (node.type === "set") steps.push({ op: Op.Set, set: node.set, to: 0, orElse: 0 });
  else if (node.type === "assertion") steps.push({ op: ASSERTED[node.at], to: 0, orElse: 0 });
  else if (node.type === "sequence") for (const each of node.of) compile(each, steps, budget);
  else if (node.type === "choice") compileChoice(node.of, steps, budget);
  else if (node.type === "repeat") compileRepeat(node, steps, budget);
  else {
    steps.push({ op: Op.Save, to: 2 * node.index, orElse: 0 });
    compile(node.of, steps, budget);
    steps.push({ op: Op.Save, to: 2 * node.index + 1, orElse: 0 });
  }
}

function compileChoice(of: readonly RegexNode[], steps: Step[], budget: { left: number }): void {
  const ends: Step[] = [];
  for (const [index, each] of of.entries()) {
    const split = { op: Op.Split, to: steps.length + 1, orElse: 0 };
    const isLast = index === of.length - 1;
    if (!isLast) steps.push(split);
    compile(each, steps, budget);
    if (isLast) break;
    const end = { op: Op.Jump, to: 0, orElse: 0 };
    steps.push(end);
    ends.push(end);
    split.orElse = steps.length;
  }
  for (const end of ends) end.to = steps.length;
}

function compileRepeat(
  { of, min, max, isLazy }: Extract<RegexNode, { type: "repeat" }>,
  steps: Step[],
  budget: { left: number },
): void {
  for (let n = 0; n < min; n++) compile(of, steps, budget);
  const splits: Step[] = [];
  const start = steps.length;
  for (let n = min; n < (max === Infinity ? min + 1 : max); n++) {
    const split = { op: Op.Split, to: 0, orElse: 0 };
    splits.push(split);
    steps.push(split);
    split.to = steps.length;
    compile(of, steps, budget);
  }
  if (max === Infinity) steps.push({ op: Op.Jump, to: start, orElse: 0 });
  for (const split of splits) {
    split.orElse = steps.length;
    if (isLazy) [split.to, split.orElse] = [split.orElse, split.to];
  }
}

function literalsOf(node: RegexNode): readonly string[] {
  if (node.type !== "sequence") return [];
  const marked = node.of.map((each) => (each.type === "set" ? (each.set.literal ?? "\0") : "\0"));
  return marked.join("").split("\0");
}
