import { matchesRule, type PreparedRequest, regexOf } from "./rule-matcher.ts";
import type { NetRule, RuleCondition } from "./rule.ts";
import { parseUrlFilter } from "./url-filter.ts";

/** Characters of a piece of an address that rules are found by. Four of ASCII are one small number. */
const GRAM = 4;
/** In nearly every address: as good as none. */
const EVERYWHERE = ["https://www.", "http://www."];

const ALL = new Set<number>();
for (const text of EVERYWHERE) eachGram(text, (gram) => ALL.add(gram));

function eachGram(text: string, use: (gram: number) => void): void {
  let gram = 0;
  for (let at = 0; at < text.length; at++) {
    gram = ((gram << 7) | (text.charCodeAt(at) & 127)) & 0xfffffff;
    if (at >= GRAM - 1) use(gram);
  }
}

/**
 * Finds the rules that may be about a request among many. Each is kept under one thing that the request has to have:
 * four characters of its address, or one of the domains that the rule names. Those of a key are a chain of numbers.
 */
export class RuleIndex {
  readonly rules: readonly NetRule[];
  /** Whether some of them allow all that is in a frame. */
  readonly hasFrameRules: boolean;
  readonly #grams = new Map<number, number>();
  readonly #hosts = new Map<string, number>();
  readonly #initiators = new Map<string, number>();
  /** Those that nothing leads to. */
  readonly #others: NetRule[] = [];
  /** Links of chains: which rule, and the next link. */
  readonly #links: number[] = [];

  constructor(rules: readonly NetRule[]) {
    this.rules = rules;
    this.hasFrameRules = rules.some(({ action: { type } }) => type === "allowAllRequests");
    const lengths = new Map<number, number>();
    for (const [number, { condition }] of rules.entries()) this.#add(number, condition, lengths);
  }

  /** The rules that are about a request. */
  matching(request: PreparedRequest): readonly NetRule[] {
    const found = new Set<NetRule>();
    const look = (first: number | undefined): void => {
      for (let link = first ?? 0; link > 0; link = this.#links[2 * link - 1] ?? 0) {
        const rule = this.rules[this.#links[2 * link - 2] ?? -1];
        if (rule && matchesRule(rule, request)) found.add(rule);
      }
    };
    if (this.#grams.size > 0) eachGram(request.lowerUrl, (gram) => look(this.#grams.get(gram)));
    for (const domain of request.domains) look(this.#hosts.get(domain));
    for (const domain of request.initiatorDomains) look(this.#initiators.get(domain));
    for (const rule of this.#others) if (matchesRule(rule, request)) found.add(rule);
    return [...found];
  }

  #add(number: number, condition: RuleCondition, lengths: Map<number, number>): void {
    const gram = rarest(condition, lengths);
    if (gram !== undefined) {
      lengths.set(gram, (lengths.get(gram) ?? 0) + 1);
      this.#link(this.#grams, gram, number);
    } else if (condition.requestDomains) {
      for (const domain of condition.requestDomains) this.#link(this.#hosts, domain, number);
    } else if (condition.initiatorDomains) {
      for (const domain of condition.initiatorDomains) this.#link(this.#initiators, domain, number);
    } else {
      const rule = this.rules[number];
      if (rule) this.#others.push(rule);
    }
  }

  #link<K>(chains: Map<K, number>, key: K, number: number): void {
    const next = chains.get(key) ?? 0;
    chains.set(key, this.#links.push(number, next) / 2);
  }
}

/** The piece of an address that fewest rules so far are kept under, of those that the rule cannot do without. */
function rarest(condition: RuleCondition, lengths: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined;
  let fewest = Infinity;
  for (const text of literalsOf(condition)) {
    eachGram(text, (gram) => {
      const length = ALL.has(gram) ? Infinity : (lengths.get(gram) ?? 0);
      if (length < fewest) [best, fewest] = [gram, length];
    });
    if (fewest === 0) break;
  }
  return best;
}

function literalsOf(condition: RuleCondition): readonly string[] {
  const { urlFilter } = condition;
  if (urlFilter === undefined) return regexOf(condition)?.literals ?? [];
  return parseUrlFilter(urlFilter, false).pieces.flatMap((piece) => piece.split("^"));
}
