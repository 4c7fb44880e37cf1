import type { ExtensionPackage } from "../../domain/extension.ts";
import { extensionOrigin } from "../../domain/extension-origin.ts";
import { askedPermissions } from "../../domain/extension-manifest.ts";
import { areTexts } from "../../domain/json-shapes.ts";
import { matchesAny } from "../../domain/match-pattern.ts";
import type { WrittenRule } from "../../domain/net-rules/parse-rule.ts";
import { Regex } from "../../domain/net-rules/regex.ts";
import type { RuleIndex } from "../../domain/net-rules/rule-index.ts";
import type { PreparedRequest } from "../../domain/net-rules/rule-matcher.ts";
import { SHAPES, shapeProblem } from "../../domain/net-rules/rule-shape.ts";
import { judge, type Verdict } from "../../domain/net-rules/verdict.ts";
import { Rulesets } from "./rulesets.ts";
import { loadSites } from "./sites.ts";
import { DYNAMIC, type RulesUpdate, SESSION, UpdatedRules } from "./updated-rules.ts";

/** What an extension has done to its rules: to be kept as long as its browser runs. */
export interface DeclarativeState {
  readonly dynamic: readonly WrittenRule[];
  readonly session: readonly WrittenRule[];
  /** Rulesets; absent while they are those that the manifest enables. */
  readonly enabled?: readonly string[];
}

export interface DeclarativeRulesOptions {
  readonly extension: Pick<ExtensionPackage, "id" | "manifest" | "files">;
  /** What it had done to its rules before. */
  readonly state?: DeclarativeState | undefined;
  /** Match patterns of the hosts that it may read and change; those of its manifest when that is absent. */
  readonly hosts?: () => readonly string[];
  /** The rules are others: to be written down, and to be told to the browser. A call answers once that is done. */
  readonly onChanged: (state: DeclarativeState) => void | Promise<void>;
}

/** A request with what an extension needs to be allowed to change it. */
export interface JudgedRequest {
  readonly request: PreparedRequest;
  /** The documents around what asks. */
  readonly frames: () => readonly PreparedRequest[];
  /** Addresses that the extension has to have access to, if it is to do more than to block. */
  readonly touches: readonly string[];
}

const PERMISSION = "declarativeNetRequest";
const WITH_HOST_ACCESS = "declarativeNetRequestWithHostAccess";

/** chrome.declarativeNetRequest of one extension: its rules, and what they say of requests. */
export class DeclarativeRules {
  readonly id: string;
  readonly #origin: string;
  readonly #permissions: readonly string[];
  readonly #hosts: () => readonly string[];
  readonly #onChanged: DeclarativeRulesOptions["onChanged"];
  readonly #rulesets: Rulesets;
  readonly #dynamic: UpdatedRules;
  readonly #session: UpdatedRules;
  #hasChosen: boolean;
  #indexes: readonly RuleIndex[] = [];

  constructor({ extension: { id, manifest, files }, state, hosts, onChanged }: DeclarativeRulesOptions) {
    this.id = id;
    this.#origin = extensionOrigin(id);
    this.#permissions = askedPermissions({ permissions: manifest["permissions"] });
    const named = manifest["host_permissions"];
    this.#hosts = hosts ?? (() => (areTexts(named) ? named : []));
    this.#onChanged = onChanged;
    this.#hasChosen = state?.enabled !== undefined;
    this.#rulesets = new Rulesets(manifest, files, state?.enabled);
    this.#dynamic = new UpdatedRules(DYNAMIC, state?.dynamic ?? []);
    this.#session = new UpdatedRules(SESSION, state?.session ?? []);
    // Nothing is asked before this has come: it waits for nothing but its turn.
    void this.#index();
  }

  /** All rules that count. */
  get indexes(): readonly RuleIndex[] {
    return this.#indexes;
  }

  /** What the extension wants of a request. */
  readonly judge = ({ request, frames, touches }: JudgedRequest): Verdict => {
    const rules = this.#indexes;
    const mayChange = (): boolean => touches.every((url) => matchesAny(this.#hosts(), url));
    const isJudged = this.#permissions.includes(PERMISSION) || mayChange();
    if (!isJudged) return { type: "pass", changes: [] };
    const around = rules.some(({ hasFrameRules }) => hasFrameRules) ? frames() : [];
    return judge({ rules, request, frames: around, mayChange, origin: this.#origin });
  };

  /**
   * A method of chrome.declarativeNetRequest, by its name and with its arguments; no callback among them.
   *
   * @throws Error with Chrome's text.
   */
  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    switch (method) {
      case "updateDynamicRules":
        return this.#update(this.#dynamic, read("update", method, args));
      case "updateSessionRules":
        return this.#update(this.#session, read("update", method, args));
      case "getDynamicRules":
        return chosen(this.#dynamic, read("filter", method, [args[0] ?? {}]));
      case "getSessionRules":
        return chosen(this.#session, read("filter", method, [args[0] ?? {}]));
      case "getEnabledRulesets":
        return this.#rulesets.ids;
      case "updateEnabledRulesets":
        return this.#enable(read("rulesets", method, args));
      case "getAvailableStaticRuleCount":
        return this.#rulesets.available;
      case "isRegexSupported":
        return supportOf(read("regex", method, args));
      case "setExtensionActionOptions":
        // It is about the badge on a button that nobody sees.
        return void read("options", method, args);
      default:
        throw new TypeError(`chrome.declarativeNetRequest.${method} is not a function`);
    }
  }

  async #update(rules: UpdatedRules, update: RulesUpdate): Promise<void> {
    rules.update(update);
    await this.#changed();
  }

  async #enable({ enableRulesetIds, disableRulesetIds }: RulesetsUpdate): Promise<void> {
    this.#rulesets.update(enableRulesetIds ?? [], disableRulesetIds ?? []);
    this.#hasChosen = true;
    await this.#changed();
  }

  async #changed(): Promise<void> {
    await this.#index();
    await this.#onChanged({
      dynamic: this.#dynamic.written,
      session: this.#session.written,
      ...(this.#hasChosen && { enabled: this.#rulesets.ids }),
    });
  }

  async #index(): Promise<void> {
    const isOn = this.#permissions.includes(PERMISSION) || this.#permissions.includes(WITH_HOST_ACCESS);
    this.#indexes = isOn ? [...this.#rulesets.indexes, this.#dynamic.index, this.#session.index] : [];
    const needsSites = this.#indexes.some(({ rules }) => rules.some(({ condition }) => condition.domainType));
    if (needsSites) await loadSites();
  }
}

interface RuleFilter {
  readonly ruleIds?: readonly number[] | null;
}

interface RulesetsUpdate {
  readonly enableRulesetIds?: readonly string[] | null;
  readonly disableRulesetIds?: readonly string[] | null;
}

interface RegexOptions {
  readonly regex: string;
  readonly isCaseSensitive?: boolean | null;
}

/** What methods take, by the names of its shapes. */
interface Arguments {
  readonly update: RulesUpdate;
  readonly filter: RuleFilter;
  readonly rulesets: RulesetsUpdate;
  readonly regex: RegexOptions;
  readonly options: object;
}

/** The first argument, once it is what Chrome's bindings would take. */
function read<K extends keyof Arguments>(kind: K, method: string, [options]: readonly unknown[]): Arguments[K] {
  const problem = options === undefined ? "No matching signature." : shapeProblem(options, SHAPES[kind]);
  if (problem === undefined) return options as Arguments[K];
  const where = options === undefined ? "" : "Error at parameter 'options': ";
  throw new TypeError(`Error in invocation of declarativeNetRequest.${method}: ${where}${problem}`);
}

const chosen = ({ written }: UpdatedRules, { ruleIds }: RuleFilter): readonly WrittenRule[] =>
  ruleIds ? written.filter(({ id }) => ruleIds.includes(id)) : written;

function supportOf({ regex, isCaseSensitive }: RegexOptions): object {
  const parsed = Regex.parse(regex, isCaseSensitive ?? false);
  return parsed.ok ? { isSupported: true } : { isSupported: false, reason: parsed.failure };
}
