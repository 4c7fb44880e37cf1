import { checkRule, countRegexes, type WrittenRule } from "../../domain/net-rules/parse-rule.ts";
import { RuleIndex } from "../../domain/net-rules/rule-index.ts";

const MOST_REGEXES = 1000;
/** Of rules that do more than to keep requests from leaving, or to let them. */
const MOST_UNSAFE = 5000;
const SAFE: ReadonlySet<string> = new Set(["block", "allow", "allowAllRequests", "upgradeScheme"]);

export interface RulesUpdate {
  readonly addRules?: readonly WrittenRule[] | null;
  readonly removeRuleIds?: readonly number[] | null;
}

interface Kind {
  readonly name: "Dynamic" | "Session";
  readonly most: number;
}

export const DYNAMIC: Kind = { name: "Dynamic", most: 30_000 };
export const SESSION: Kind = { name: "Session", most: 5000 };

/** Rules that an extension adds and removes while it runs. */
export class UpdatedRules {
  readonly #kind: Kind;
  #written: readonly WrittenRule[] = [];
  #index = new RuleIndex([]);

  /** @param written what the extension had added before. */
  constructor(kind: Kind, written: readonly WrittenRule[]) {
    this.#kind = kind;
    this.update({ addRules: written });
  }

  /** As the extension wrote them. */
  get written(): readonly WrittenRule[] {
    return this.#written;
  }

  get index(): RuleIndex {
    return this.#index;
  }

  /** All of it or nothing. @throws Error with Chrome's text for what cannot be added. */
  update({ addRules, removeRuleIds }: RulesUpdate): void {
    const removed = new Set(removeRuleIds);
    const written = [...this.#written.filter(({ id }) => !removed.has(id)), ...(addRules ?? [])];
    const kept = this.#index.rules.filter(({ id }) => !removed.has(id));
    const added = (addRules ?? []).map((rule) => {
      const checked = checkRule(rule, { isForSession: this.#kind === SESSION });
      if (!checked.ok) throw new Error(checked.failure);
      return checked.value;
    });
    const rules = [...kept, ...added];
    const ids = new Set<number>();
    for (const { id } of rules) {
      if (ids.has(id)) throw new Error(`Rule with id ${id} does not have a unique ID.`);
      ids.add(id);
    }
    const { name, most } = this.#kind;
    if (rules.length > most) throw new Error(`${name} rule count exceeded.`);
    const unsafe = rules.filter(({ action: { type } }) => !SAFE.has(type)).length;
    if (unsafe > MOST_UNSAFE) throw new Error(`${name} unsafe rule count exceeded.`);
    if (countRegexes(rules) > MOST_REGEXES) throw new Error(`${name} rule count for regex rules exceeded.`);
    [this.#written, this.#index] = [written, new RuleIndex(rules)];
  }
}
