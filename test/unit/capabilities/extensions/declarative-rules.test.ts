import { describe, it } from "vitest";
import { DeclarativeRules, type DeclarativeState } from "../../../../src/capabilities/extensions/declarative-rules.ts";

const ID = "01234567-89ab-4cde-8f01-234567890000";

const rule = (id: number, rest: object = {}) => ({
  id,
  action: { type: "block" as const },
  condition: { urlFilter: "ads" },
  ...rest,
});
const redirect = (to: object, condition: object = { urlFilter: "ads" }) =>
  rule(1, { action: { type: "redirect", redirect: to }, condition });
const change = (headers: object) => rule(1, { action: { type: "modifyHeaders", ...headers } });
const about = (condition: object) => rule(1, { condition });

function open(state?: DeclarativeState) {
  const kept: DeclarativeState[] = [];
  const rulesets = [
    { id: "one", enabled: true, path: "/rules/one.json" },
    { id: "two", enabled: false, path: "two.json" },
  ];
  const manifest = { permissions: ["declarativeNetRequest"], declarative_net_request: { rule_resources: rulesets } };
  const files = new Map([
    ["rules/one.json", new TextEncoder().encode(JSON.stringify([rule(1), { id: 2 }, rule(3, { priority: 0 })]))],
    ["two.json", new TextEncoder().encode(`// Comments are allowed.\n${JSON.stringify([rule(1), rule(2)])}`)],
  ]);
  const rules = new DeclarativeRules({
    extension: { id: ID, manifest, files },
    state,
    onChanged: (changed) => void kept.push(changed),
  });
  return { rules, kept };
}

/** Chrome's texts, as Chromium 156 gives them. */
const REFUSED: readonly (readonly [object, string])[] = [
  [rule(0), "Rule with id 0 has an invalid value for id key. This should be greater than or equal to 1."],
  [rule(1, { priority: 0 }), "has an invalid value for priority key. This should be greater than or equal to 1."],
  [about({ urlFilter: "" }), "cannot have an empty value for urlFilter key."],
  [about({ urlFilter: "||*" }), 'specifies an incorrect value for the "urlFilter" key.'],
  [about({ urlFilter: "ä" }), 'cannot have non-ascii characters as part of "urlFilter" key.'],
  [about({ urlFilter: "a", regexFilter: "a" }), 'can only specify one of "urlFilter" or "regexFilter" keys.'],
  [about({ regexFilter: "(?=a)" }), 'specifies an incorrect value for the "regexFilter" key.'],
  [about({ requestDomains: [] }), "cannot have an empty list as the value for requestDomains key."],
  [
    about({ domains: ["a.org"], initiatorDomains: ["a.org"] }),
    'cannot use deprecated field "domains". Use "initiatorDomains" instead.',
  ],
  [about({ resourceTypes: ["script"], excludedResourceTypes: ["script"] }), "includes and excludes the same resource."],
  [about({ requestMethods: ["get"], excludedRequestMethods: ["get"] }), "excludes the same request method."],
  [about({ tabIds: [1] }), 'for "tabIds" or "excludedTabIds" key. These are only supported for session-scoped rules.'],
  [about({ responseHeaders: [{ header: "a" }] }), 'a value for "responseHeaders" key, which is not supported here.'],
  [
    rule(1, { action: { type: "allowAllRequests" } }),
    'is an "allowAllRequests" rule and must specify the "resourceTypes" key. It may only include the "main_frame" and' +
      ' "sub_frame" resource types.',
  ],
  [redirect({}), 'specifies an incorrect value for the "action.redirect" key.'],
  [redirect({ url: "nowhere" }), "does not provide a valid URL for action.redirect.url key."],
  [redirect({ url: "javascript:1" }), "Redirects to javascript urls are not supported."],
  [redirect({ extensionPath: "a.js" }), 'an incorrect value for the "action.redirect.extensionPath" key.'],
  [redirect({ transform: { scheme: "javascript" } }), "Allowed values are: [http, https, ftp, chrome-extension]."],
  [redirect({ transform: { port: "70000" } }), 'incorrect value for the "action.redirect.transform.port" key.'],
  [redirect({ transform: { query: "a=b" } }), 'incorrect value for the "action.redirect.transform.query" key.'],
  [redirect({ regexSubstitution: "\\1" }), 'specify the "regexSubstitution" key without specifying the "regexFilter"'],
  [
    redirect({ regexSubstitution: "\\2" }, { regexFilter: "(a)" }),
    'specifies an incorrect value for the "action.redirect.regexSubstitution" key.',
  ],
  [change({}), "At least one of these keys must be specified with a non-empty list."],
  [
    change({ requestHeaders: [{ header: "a b", operation: "remove" }] }),
    "must specify a valid header name to be modified.",
  ],
  [
    change({ requestHeaders: [{ header: "a", operation: "set" }] }),
    "must provide a value for a header to be appended/set.",
  ],
  [
    change({ requestHeaders: [{ header: "x-a", operation: "append", value: "b" }] }),
    "Only standard HTTP request headers that can specify multiple values for a single entry are supported.",
  ],
  [{ action: { type: "block" }, condition: {} }, "Error at index 0: Missing required property 'id'."],
  [rule(1, { more: 1 }), "Error at index 0: Unexpected property: 'more'."],
  [rule(1.5), "Error at property 'id': Invalid type: expected integer, found number."],
  [about({ resourceTypes: ["page"] }), "Error at property 'resourceTypes': Error at index 0: Value must be one of csp"],
];

describe("chrome.declarativeNetRequest", () => {
  it.for(REFUSED)("refuses %j", async ([written, text], { expect }) => {
    const { rules, kept } = open();
    await expect(rules.call("updateDynamicRules", [{ addRules: [written] }])).rejects.toThrow(text);
    expect(kept).toEqual([]);
  });

  it("adds and removes rules as it is told, all or none", async ({ expect }) => {
    const { rules, kept } = open();
    await rules.call("updateDynamicRules", [{ addRules: [rule(1), rule(2)] }]);
    const update = { removeRuleIds: [1], addRules: [rule(3), rule(2)] };
    await expect(rules.call("updateDynamicRules", [update])).rejects.toThrow(
      "Rule with id 2 does not have a unique ID.",
    );
    expect(await rules.call("getDynamicRules", [])).toEqual([rule(1), rule(2)]);
    await rules.call("updateDynamicRules", [{ removeRuleIds: [1, 9], addRules: [rule(3)] }]);
    expect(await rules.call("getDynamicRules", [{ ruleIds: [3, 4] }])).toEqual([rule(3)]);
    expect(kept.at(-1)).toEqual({ dynamic: [rule(2), rule(3)], session: [] });
  });

  it("takes rules about tabs for the session only", async ({ expect }) => {
    const { rules } = open();
    await rules.call("updateSessionRules", [{ addRules: [about({ tabIds: [7] })] }]);
    expect(await rules.call("getSessionRules", [])).toEqual([about({ tabIds: [7] })]);
    expect(await rules.call("getDynamicRules", [])).toEqual([]);
  });

  it("enables the rulesets of the package, less the rules that are none", async ({ expect }) => {
    const { rules } = open();
    expect(await rules.call("getEnabledRulesets", [])).toEqual(["one"]);
    expect(await rules.call("getAvailableStaticRuleCount", [])).toBe(29_999);
    await rules.call("updateEnabledRulesets", [{ disableRulesetIds: ["one"], enableRulesetIds: ["two"] }]);
    expect(await rules.call("getEnabledRulesets", [])).toEqual(["two"]);
    expect(await rules.call("getAvailableStaticRuleCount", [])).toBe(29_998);
    const unknown = rules.call("updateEnabledRulesets", [{ enableRulesetIds: ["_dynamic"] }]);
    await expect(unknown).rejects.toThrow("Invalid ruleset id: _dynamic.");
  });

  it("goes on with what it was told before", async ({ expect }) => {
    const { rules } = open({ dynamic: [rule(5)], session: [rule(6)], enabled: [] });
    expect(await rules.call("getDynamicRules", [])).toEqual([rule(5)]);
    expect(await rules.call("getSessionRules", [])).toEqual([rule(6)]);
    expect(await rules.call("getEnabledRulesets", [])).toEqual([]);
  });

  it("says which expressions it takes", async ({ expect }) => {
    const { rules } = open();
    const supported = (regex: string) => rules.call("isRegexSupported", [{ regex }]);
    expect(await supported("^https?://(.*)")).toEqual({ isSupported: true });
    expect(await supported("(?!a)")).toEqual({ isSupported: false, reason: "syntaxError" });
    expect(await supported("a{900}b{900}")).toEqual({ isSupported: false, reason: "memoryLimitExceeded" });
  });

  it("has limits to how much there may be", async ({ expect }) => {
    const { rules } = open();
    const many = (count: number, rest: object = {}) => Array.from({ length: count }, (_, n) => rule(n + 1, rest));
    const add = (addRules: readonly object[]) => rules.call("updateSessionRules", [{ addRules }]);
    await expect(add(many(5001))).rejects.toThrow("Session rule count exceeded.");
    const regexes = many(1001, { condition: { regexFilter: "a" } });
    await expect(add(regexes)).rejects.toThrow("Session rule count for regex rules exceeded.");
    await add(many(5000));
  });
});
