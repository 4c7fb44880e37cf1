import type { ExtensionManifest } from "../../domain/extension.ts";
import { packagePath } from "../../domain/extension-manifest.ts";
import { isList, isObject, isText } from "../../domain/json-shapes.ts";
import { parseLenientJson } from "../../domain/lenient-json.ts";
import { countRegexes, parseRule } from "../../domain/net-rules/parse-rule.ts";
import { RuleIndex } from "../../domain/net-rules/rule-index.ts";

/** What Chrome lets every extension have, whatever others do. */
export const MOST_STATIC_RULES = 30_000;
const MOST_ENABLED = 50;
const MOST_REGEXES = 1000;

interface Resource {
  readonly path: string;
  readonly isEnabled: boolean;
}

/** The rulesets of a package. Only those that are enabled are read. */
export class Rulesets {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #resources: ReadonlyMap<string, Resource>;
  #enabled: ReadonlyMap<string, RuleIndex> = new Map();

  /** @param enabled those that the extension has enabled before, in place of those that its manifest enables. */
  constructor(
    manifest: ExtensionManifest,
    files: ReadonlyMap<string, Uint8Array>,
    enabled: readonly string[] | undefined,
  ) {
    this.#files = files;
    this.#resources = new Map(resourcesOf(manifest));
    const ids = enabled ?? [...this.#resources].filter(([, { isEnabled }]) => isEnabled).map(([id]) => id);
    // As Chrome has it, what exceeds the limits is left out.
    for (const id of ids) {
      const more = new Map([...this.#enabled, [id, this.#read(id)]]);
      if (problemOf(more) === undefined) this.#enabled = more;
    }
  }

  get ids(): readonly string[] {
    return [...this.#enabled.keys()];
  }

  get indexes(): readonly RuleIndex[] {
    return [...this.#enabled.values()];
  }

  get available(): number {
    return MOST_STATIC_RULES - countRules(this.#enabled);
  }

  /** @throws Error with Chrome's text when a ruleset is not there, or too much would be enabled. */
  update(enable: readonly string[], disable: readonly string[]): void {
    const unknown = [...disable, ...enable].find((id) => !this.#resources.has(id));
    if (unknown !== undefined) throw new Error(`Invalid ruleset id: ${unknown}.`);
    const next = new Map([...this.#enabled].filter(([id]) => !disable.includes(id)));
    for (const id of enable) next.set(id, this.#enabled.get(id) ?? this.#read(id));
    const problem = problemOf(next);
    if (problem !== undefined) throw new Error(problem);
    this.#enabled = next;
  }

  /** As in Chrome, rules that are none do without. */
  #read(id: string): RuleIndex {
    const file = this.#files.get(this.#resources.get(id)?.path ?? "");
    const found = file && parseLenientJson(file);
    const parsed = isList(found) ? found.map(parseRule) : [];
    return new RuleIndex(parsed.flatMap((rule) => (rule.ok ? [rule.value] : [])));
  }
}

const countRules = (rulesets: ReadonlyMap<string, RuleIndex>): number =>
  [...rulesets.values()].reduce((sum, { rules }) => sum + rules.length, 0);

function problemOf(rulesets: ReadonlyMap<string, RuleIndex>): string | undefined {
  if (rulesets.size > MOST_ENABLED) {
    return "The number of enabled static rulesets exceeds the enabled ruleset count limit.";
  }
  if (countRules(rulesets) > MOST_STATIC_RULES) return "The set of enabled rulesets exceeds the rule count limit.";
  const regexes = [...rulesets.values()].reduce((sum, { rules }) => sum + countRegexes(rules), 0);
  return regexes > MOST_REGEXES
    ? "The set of enabled rulesets exceeds the regular expression rule count limit."
    : undefined;
}

function resourcesOf(manifest: ExtensionManifest): readonly [string, Resource][] {
  const declared = manifest["declarative_net_request"];
  const resources = isObject(declared) && isList(declared["rule_resources"]) ? declared["rule_resources"] : [];
  return resources.flatMap((each) => {
    if (!isObject(each) || !isText(each["id"]) || !isText(each["path"])) return [];
    return [[each["id"], { path: packagePath(each["path"]), isEnabled: each["enabled"] === true }]];
  });
}
