import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseRule } from "../../src/domain/net-rules/parse-rule.ts";
import { RuleIndex } from "../../src/domain/net-rules/rule-index.ts";
import { matchesRule, prepare } from "../../src/domain/net-rules/rule-matcher.ts";
import { RESOURCE_TYPES } from "../../src/domain/net-rules/rule.ts";
import { runCampaign, SHARE } from "./support/campaign.ts";

const word = fc.constantFrom("a", "ads", "example", "banner", "com", "org", "js", "X");
const host = fc.array(word, { minLength: 1, maxLength: 3 }).map((labels) => labels.join(".").toLowerCase());
const joint = fc.constantFrom("", "*", "^", ".", "/", "?", "=", "-");
const filter = fc
  .tuple(fc.constantFrom("", "|", "||"), fc.array(fc.tuple(word, joint), { minLength: 1, maxLength: 4 }))
  .map(([anchor, parts]) => anchor + parts.flat().join(""));
const regex = fc
  .array(fc.oneof(word, fc.constantFrom(".*", "[a-z]+", "(?:ads|x)?", "\\.", "^", "$", "/", "|")), { minLength: 1 })
  .map((parts) => parts.join(""));
const hosts = fc.array(host, { minLength: 1, maxLength: 20 });
const condition = fc.record(
  {
    urlFilter: filter,
    isUrlFilterCaseSensitive: fc.boolean(),
    initiatorDomains: hosts,
    excludedInitiatorDomains: hosts,
    requestDomains: hosts,
    excludedRequestDomains: hosts,
    resourceTypes: fc.subarray([...RESOURCE_TYPES], { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const byRegex = fc.record({ regexFilter: regex, requestDomains: hosts }, { requiredKeys: ["regexFilter"] });
const rules = fc
  .array(fc.oneof({ weight: 4, arbitrary: condition }, byRegex), { maxLength: 30 })
  .map((all) => all.map((each, n) => ({ id: n + 1, action: { type: "block" }, condition: each })));
const url = fc
  .tuple(fc.constantFrom("http", "https"), host, fc.array(fc.tuple(joint, word), { maxLength: 6 }))
  .map(([scheme, name, parts]) => `${scheme}://${name}/${parts.flat().join("")}`)
  .filter((text) => URL.canParse(text));
const asked = fc.record({
  url,
  type: fc.constantFrom(...RESOURCE_TYPES),
  initiatorHost: fc.option(host, { nil: undefined }),
});

it("an index finds the rules that a search through all of them finds", (context) =>
  runCampaign(context, {
    name: "net rules",
    share: SHARE.rules,
    casesInRun: 10,
    arbitrary: fc.tuple(rules, fc.array(asked, { minLength: 10, maxLength: 10 })),
    check: ([written, requests]) => {
      const parsed = written.map(parseRule).flatMap((rule) => (rule.ok ? [rule.value] : []));
      const index = new RuleIndex(parsed);
      for (const each of requests) {
        const href = new URL(each.url).href;
        const about = { method: "get", topHost: undefined, tabId: -1, isThirdParty: () => true } as const;
        const request = prepare({ ...each, ...about, url: href });
        const found = index.matching(request).map(({ id }) => id);
        const expected = parsed.filter((rule) => matchesRule(rule, request)).map(({ id }) => id);
        expect(found.toSorted((a, b) => a - b)).toEqual(expected);
      }
    },
  }));
