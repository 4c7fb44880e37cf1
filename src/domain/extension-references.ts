import type { ExtensionManifest } from "./extension.ts";
import { packagePath } from "./extension-manifest.ts";
import { areTexts, isList, isObject, isText, type JsonObject } from "./json-shapes.ts";
import { parseMatchPattern } from "./match-pattern.ts";

/** What a package has, by path. */
type Paths = ReadonlySet<string>;

const RUN_AT = ["document_start", "document_end", "document_idle"];
const WORLDS = ["ISOLATED", "MAIN"];

/** @returns what is wrong with what a manifest says of its package's files, if something is. */
export function referenceProblem(manifest: ExtensionManifest, paths: Paths): string | undefined {
  return (
    contentScriptsProblem(manifest["content_scripts"], paths) ??
    backgroundProblem(manifest["background"], paths) ??
    ruleResourcesProblem(manifest["declarative_net_request"], paths) ??
    accessibleProblem(manifest["web_accessible_resources"])
  );
}

function contentScriptsProblem(scripts: unknown, paths: Paths): string | undefined {
  if (scripts === undefined) return undefined;
  if (!isList(scripts)) return "content_scripts must be an array";
  return firstProblem(scripts, (script, at) => contentScriptProblem(script, `content_scripts[${at}]`, paths));
}

function contentScriptProblem(script: unknown, at: string, paths: Paths): string | undefined {
  if (!isObject(script)) return `${at} must be an object`;
  if (!areTexts(script["matches"]) || script["matches"].length === 0) {
    return `${at}.matches must be an array of match patterns that is not empty`;
  }
  return (
    patternsProblem(script["matches"], `${at}.matches`) ??
    patternsProblem(script["exclude_matches"], `${at}.exclude_matches`) ??
    filesProblem(script, at, paths) ??
    choiceProblem(script["run_at"], `${at}.run_at`, RUN_AT) ??
    choiceProblem(script["world"], `${at}.world`, WORLDS)
  );
}

function patternsProblem(patterns: unknown, at: string): string | undefined {
  if (patterns === undefined) return undefined;
  if (!areTexts(patterns)) return `${at} must be an array of match patterns`;
  const wrong = patterns.findIndex((pattern) => parseMatchPattern(pattern) === undefined);
  return wrong < 0 ? undefined : `${at}[${wrong}] is not a valid match pattern: ${quoted(patterns[wrong] ?? "")}`;
}

function filesProblem(script: JsonObject, at: string, paths: Paths): string | undefined {
  return firstProblem(["js", "css"], (key) => {
    const files = script[key];
    if (files === undefined) return undefined;
    if (!areTexts(files)) return `${at}.${key} must be an array of paths`;
    return firstProblem(files, (file, n) => missing(file, `${at}.${key}[${n}]`, paths));
  });
}

function backgroundProblem(background: unknown, paths: Paths): string | undefined {
  if (background === undefined) return undefined;
  if (!isObject(background)) return "background must be an object";
  const { service_worker: worker, type } = background;
  if (worker === undefined) return "background.service_worker is missing: Chrome knows no other background";
  if (!isText(worker) || worker === "") return "background.service_worker must be the path of a file";
  const at = "background.service_worker";
  return missing(worker, at, paths) ?? choiceProblem(type, "background.type", ["classic", "module"]);
}

function ruleResourcesProblem(rules: unknown, paths: Paths): string | undefined {
  if (rules === undefined) return undefined;
  const resources = isObject(rules) ? rules["rule_resources"] : undefined;
  if (!isList(resources)) return "declarative_net_request.rule_resources must be an array";
  const ids = new Set<string>();
  return firstProblem(resources, (resource, n) => {
    const at = `declarative_net_request.rule_resources[${n}]`;
    if (!isObject(resource)) return `${at} must be an object`;
    const { id, enabled, path } = resource;
    if (!isText(id) || id === "") return `${at}.id must be a string that is not empty`;
    if (ids.has(id)) return `${at}.id is there twice: ${quoted(id)}`;
    ids.add(id);
    if (typeof enabled !== "boolean") return `${at}.enabled must be true or false`;
    return isText(path) ? missing(path, `${at}.path`, paths) : `${at}.path must be the path of a file`;
  });
}

function accessibleProblem(resources: unknown): string | undefined {
  if (resources === undefined) return undefined;
  if (!isList(resources)) return "web_accessible_resources must be an array";
  return firstProblem(resources, (entry, n) => {
    const at = `web_accessible_resources[${n}]`;
    if (!isObject(entry)) return `${at} must be an object`;
    if (!areTexts(entry["resources"])) return `${at}.resources must be an array of paths`;
    const { matches, extension_ids: extensions } = entry;
    if (matches === undefined && extensions === undefined) return `${at} must have matches or extension_ids`;
    if (extensions !== undefined && !areTexts(extensions)) return `${at}.extension_ids must be an array of strings`;
    return patternsProblem(matches, `${at}.matches`);
  });
}

/** Where a package's static rules are: of a manifest in which nothing is wrong. */
export function ruleFiles(manifest: ExtensionManifest): readonly string[] {
  const rules = manifest["declarative_net_request"];
  const resources = isObject(rules) && isList(rules["rule_resources"]) ? rules["rule_resources"] : [];
  return resources.flatMap((each) => (isObject(each) && isText(each["path"]) ? [packagePath(each["path"])] : []));
}

/** @returns what is wrong with a file of static rules, if something is. */
export function rulesProblem(rules: unknown): string | undefined {
  if (!isList(rules)) return "must be a JSON array of rules";
  const wrong = rules.findIndex((rule) => !isRule(rule));
  return wrong < 0 ? undefined : `has a rule, the one at ${wrong}, without a numeric id, an action and a condition`;
}

const isRule = (rule: unknown): boolean =>
  isObject(rule) && Number.isInteger(rule["id"]) && isObject(rule["condition"]) && hasAction(rule["action"]);

const hasAction = (action: unknown): boolean => isObject(action) && isText(action["type"]);

const missing = (path: string, at: string, paths: Paths): string | undefined =>
  paths.has(packagePath(path)) ? undefined : `${at} names a file that is not in the package: ${quoted(path)}`;

function choiceProblem(value: unknown, at: string, choices: readonly string[]): string | undefined {
  const isKnown = value === undefined || (isText(value) && choices.includes(value));
  return isKnown ? undefined : `${at} must be one of: ${choices.join(", ")}`;
}

function firstProblem<T>(
  values: readonly T[],
  problemOf: (value: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, value] of values.entries()) {
    const problem = problemOf(value, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const MAX_QUOTED = 120;
const quoted = (text: string): string =>
  JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
