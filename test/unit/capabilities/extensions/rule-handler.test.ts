import { describe, it } from "vitest";
import { DeclarativeRules } from "../../../../src/capabilities/extensions/declarative-rules.ts";
import { RuleHandler } from "../../../../src/capabilities/extensions/rule-handler.ts";
import type { PausedRequest, PausedResponse, ResourceType } from "../../../../src/cdp/fetch-broker.ts";
import type { KnownFrame } from "../../../../src/cdp/frame-tree.ts";
import { extensionOrigin } from "../../../../src/domain/extension-origin.ts";

const ID = "00000000-0000-4000-8000-00000000000f";
const DNR = "declarativeNetRequest";

interface Written {
  readonly action: object;
  readonly condition?: object;
  readonly priority?: number;
}

/** Pages are called by their ids: P shows site.org, with a frame C of frame.net, and Q, which shows ads.com. */
const FRAMES: Readonly<Record<string, { readonly url: string; readonly parentId?: string }>> = {
  P: { url: "https://www.site.org/page" },
  C: { url: "https://frame.net/", parentId: "P" },
  Q: { url: "https://ads.com/" },
};

function frame(id: string): KnownFrame | undefined {
  const known = FRAMES[id];
  const target = { pageId: id === "C" ? "P" : id } as KnownFrame["target"];
  return known && { id, parentId: known.parentId, url: known.url, target };
}

interface Opened {
  readonly permissions?: readonly string[];
  readonly hosts?: readonly string[];
}

async function extension(rules: readonly Written[], { permissions = [DNR], hosts = ["<all_urls>"] }: Opened = {}) {
  const manifest = { permissions, host_permissions: hosts };
  const made = new DeclarativeRules({ extension: { id: ID, manifest, files: new Map() }, onChanged: () => undefined });
  const addRules = rules.map((rule, n) => ({ condition: { urlFilter: "/ad" }, ...rule, id: n + 1 }));
  await made.call("updateSessionRules", [{ addRules }]);
  return made;
}

const handler = (...extensions: readonly DeclarativeRules[]): RuleHandler =>
  new RuleHandler({
    extensions,
    frames: { find: frame },
    isPage: (id) => id === "P" || id === "Q",
    tabIdOf: (id) => (id === "P" ? 1 : 2),
  });

interface Asked {
  readonly type?: ResourceType;
  readonly frameId?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function request(
  url: string,
  { type = "Script", frameId = "P", method = "GET", headers = {} }: Asked = {},
): PausedRequest {
  return { requestId: "R", request: { url, method, headers }, frameId, resourceType: type };
}

const AD = "https://www.ads.com/ad.js";
const BLOCK = { action: { type: "block" } };
const ALLOW = { action: { type: "allow" } };
const BLOCKED = { fails: "BlockedByClient" };
const redirect = (to: object, rest: Partial<Written> = {}): Written => ({
  action: { type: "redirect", redirect: to },
  ...rest,
});
const sentTo = (url: string) => ({ answer: { status: 307, headers: [{ name: "Location", value: url }] } });

/** Whether a rule that blocks does so, by what it says and what is asked for. */
const CONDITIONS: readonly (readonly [condition: object, url: string, asked: Asked, isBlocked: boolean])[] = [
  [{}, AD, {}, true],
  [{}, AD, { type: "Document" }, false],
  [{}, AD, { type: "Document", frameId: "C" }, true],
  [{ resourceTypes: ["main_frame"] }, AD, { type: "Document" }, true],
  [{ excludedResourceTypes: ["image"] }, AD, { type: "Document" }, true],
  [{ resourceTypes: ["xmlhttprequest"] }, AD, { type: "Fetch" }, true],
  [{ resourceTypes: ["xmlhttprequest"] }, AD, {}, false],
  [{ requestDomains: ["ads.com"] }, AD, {}, true],
  [{ requestDomains: ["s.com"] }, AD, {}, false],
  [{ requestDomains: ["ads.com"], excludedRequestDomains: ["www.ads.com"] }, AD, {}, false],
  [{ requestDomains: ["www.ads.com"], excludedRequestDomains: ["ads.com"] }, AD, {}, true],
  [{ initiatorDomains: ["site.org"] }, AD, {}, true],
  [{ initiatorDomains: ["site.org"] }, AD, { frameId: "C" }, false],
  [{ initiatorDomains: ["frame.net"] }, AD, { frameId: "C" }, true],
  [{ initiatorDomains: ["site.org"] }, AD, { frameId: "C", type: "Document" }, true],
  [{ excludedInitiatorDomains: ["site.org"] }, AD, {}, false],
  [{ topDomains: ["site.org"] }, AD, { frameId: "C" }, true],
  [{ excludedTopDomains: ["site.org"] }, AD, { frameId: "C" }, false],
  [{ domainType: "thirdParty" }, AD, {}, true],
  [{ domainType: "firstParty" }, AD, {}, false],
  [{ domainType: "firstParty" }, AD, { frameId: "Q" }, true],
  [{ domainType: "firstParty" }, "https://b.co.uk/ad", { headers: { Origin: "https://a.co.uk" }, frameId: "X" }, false],
  [{ requestMethods: ["post"] }, AD, {}, false],
  [{ requestMethods: ["post"] }, AD, { method: "POST" }, true],
  [{ excludedRequestMethods: ["get"] }, AD, {}, false],
  [{ tabIds: [1] }, AD, { frameId: "C" }, true],
  [{ tabIds: [1] }, AD, { frameId: "Q" }, false],
  [{ excludedTabIds: [1] }, AD, { frameId: "Q" }, true],
  [{ tabIds: [-1] }, AD, { frameId: "a worker's" }, true],
  [{ urlFilter: "||ads.com^" }, AD, {}, true],
  [{ regexFilter: "^https://www\\.(ads|more)\\.com/.*\\.js$" }, AD, {}, true],
  [{ regexFilter: "AD", isUrlFilterCaseSensitive: true }, AD, {}, false],
  [{}, "data:text/plain,/ad", {}, false],
];

describe("a rule that blocks", () => {
  it.for(CONDITIONS)("%j: %s %j: %s", async ([condition, url, asked, isBlocked], { expect }) => {
    const rules = await extension([{ ...BLOCK, condition }]);
    expect(handler(rules).rule(request(url, asked))).toEqual(isBlocked ? BLOCKED : undefined);
  });
});

/** What becomes of a request for an ad, by the rules. */
const PRIORITIES: readonly (readonly [name: string, rules: readonly Written[], ruling: object | undefined])[] = [
  ["allow wins", [BLOCK, ALLOW], undefined],
  ["a higher priority wins", [{ ...BLOCK, priority: 2 }, ALLOW], BLOCKED],
  ["block before redirect", [redirect({ url: "https://b.org/" }), BLOCK], BLOCKED],
  ["a higher redirect wins", [redirect({ url: "https://b.org/" }, { priority: 2 }), BLOCK], sentTo("https://b.org/")],
  [
    "the lower id wins",
    [redirect({ url: "https://b.org/" }), redirect({ url: "https://c.org/" })],
    sentTo("https://b.org/"),
  ],
];

describe("rules", () => {
  it.for(PRIORITIES)("%s", async ([, rules, ruling], { expect }) => {
    expect(handler(await extension(rules)).rule(request(AD))).toEqual(ruling);
  });

  it("allow all that is in a frame, and in the frames in it", async ({ expect }) => {
    const allowing = {
      action: { type: "allowAllRequests" },
      condition: { requestDomains: ["site.org"], resourceTypes: ["main_frame"] },
    };
    const rules = handler(await extension([BLOCK, allowing]));
    expect([AD, AD].map((url, n) => rules.rule(request(url, { frameId: n === 0 ? "P" : "C" })))).toEqual([
      undefined,
      undefined,
    ]);
    expect(rules.rule(request(AD, { frameId: "Q" }))).toEqual(BLOCKED);
  });

  it("of several extensions block before they redirect, and the last one redirects", async ({ expect }) => {
    const [first, last] = [
      await extension([redirect({ url: "https://b.org/" })]),
      await extension([redirect({ url: "https://c.org/" })]),
    ];
    expect(handler(first, last).rule(request(AD))).toEqual(sentTo("https://c.org/"));
    expect(handler(await extension([BLOCK]), last).rule(request(AD))).toEqual(BLOCKED);
  });

  it("need access to hosts for more than to block", async ({ expect }) => {
    const there = redirect({ url: "https://b.org/" });
    const ruledBy = async (rules: readonly Written[], opened: Opened) =>
      handler(await extension(rules, opened)).rule(request(AD));
    expect(await ruledBy([BLOCK], { hosts: [] })).toEqual(BLOCKED);
    expect(await ruledBy([there], { hosts: ["*://*.ads.com/*"] })).toBeUndefined();
    expect(await ruledBy([there], { hosts: ["*://*.ads.com/*", "*://*.site.org/*"] })).toEqual(
      sentTo("https://b.org/"),
    );
    const withAccess = { permissions: ["declarativeNetRequestWithHostAccess"] };
    expect(await ruledBy([BLOCK], { ...withAccess, hosts: [] })).toBeUndefined();
    expect(await ruledBy([BLOCK], withAccess)).toEqual(BLOCKED);
    expect(await ruledBy([BLOCK], { permissions: [] })).toBeUndefined();
  });
});

const ASKED = "http://u:p@www.ads.com:81/ad/x?a=1&b=2&a=3&c";
/** Where redirects lead. */
const TARGETS: readonly (readonly [Written, string])[] = [
  [{ action: { type: "upgradeScheme" } }, "https://u:p@www.ads.com:81/ad/x?a=1&b=2&a=3&c"],
  [redirect({ url: "https://b.org" }), "https://b.org/"],
  [redirect({ extensionPath: "/a.js?b" }), `${extensionOrigin(ID)}/a.js?b`],
  [
    redirect({
      transform: { scheme: "https", host: "b.org", port: "", path: "/c", fragment: "#d", username: "", password: "" },
    }),
    "https://b.org/c?a=1&b=2&a=3&c#d",
  ],
  [redirect({ transform: { query: "" } }), "http://u:p@www.ads.com:81/ad/x"],
  [redirect({ transform: { queryTransform: { removeParams: ["a", "c"] } } }), "http://u:p@www.ads.com:81/ad/x?b=2"],
  [
    redirect({
      transform: {
        queryTransform: {
          addOrReplaceParams: [
            { key: "a", value: "x y" },
            { key: "d", value: "&" },
            { key: "e", value: "1", replaceOnly: true },
          ],
        },
      },
    }),
    "http://u:p@www.ads.com:81/ad/x?a=x+y&b=2&a=3&c&d=%26",
  ],
  [
    redirect(
      { regexSubstitution: "https://b.org/\\2?\\1\\\\" },
      { condition: { regexFilter: "^http://.*@([^/]+)/(ad/.)" } },
    ),
    "https://b.org/ad/x?www.ads.com:81\\?a=1&b=2&a=3&c",
  ],
];

describe("a redirect", () => {
  it.for(TARGETS)("%j", async ([rule, url], { expect }) => {
    expect(handler(await extension([rule])).rule(request(ASKED))).toEqual(sentTo(url));
  });

  it("leads nowhere that the request has not gone already", async ({ expect }) => {
    const rules = await extension([redirect({ url: AD }), redirect({ transform: { host: "www.ads.com" } })]);
    expect(handler(rules).rule(request(AD))).toBeUndefined();
    expect(handler(await extension([{ action: { type: "upgradeScheme" } }])).rule(request(AD))).toBeUndefined();
  });

  it("passes the page's CORS", async ({ expect }) => {
    const rules = handler(await extension([redirect({ url: "https://b.org/" })]));
    const ruling = rules.rule(request(AD, { type: "Fetch", headers: { Origin: "https://www.site.org" } }));
    expect(ruling?.answer?.headers).toEqual([
      { name: "Location", value: "https://b.org/" },
      { name: "Access-Control-Allow-Origin", value: "https://www.site.org" },
      { name: "Access-Control-Allow-Credentials", value: "true" },
    ]);
  });
});

const modify = (requestHeaders: readonly object[], priority = 1): Written => ({
  action: { type: "modifyHeaders", requestHeaders },
  priority,
});
const modifyAnswer = (...responseHeaders: readonly object[]): Written => ({
  action: { type: "modifyHeaders", responseHeaders },
});

describe("a rule about headers", () => {
  const before = { Cookie: "a=1", Accept: "*/*", "X-Old": "1" };
  const after = async (rules: readonly Written[]) => {
    const ruling = handler(await extension(rules)).rule(request(AD, { headers: before }));
    return ruling && Object.fromEntries((ruling.headers ?? []).map(({ name, value }) => [name, value]));
  };

  it("sets, appends and removes what is sent", async ({ expect }) => {
    const changes = [
      { header: "x-old", operation: "remove" },
      { header: "X-New", operation: "set", value: "2" },
      { header: "cookie", operation: "append", value: "b=2" },
    ];
    expect(await after([modify(changes)])).toEqual({ Cookie: "a=1; b=2", Accept: "*/*", "X-New": "2" });
  });

  it("leaves to the higher priority what it has changed", async ({ expect }) => {
    const set = (value: string) => [{ header: "accept", operation: "set", value }];
    const append = [{ header: "accept", operation: "append", value: "c" }];
    expect(await after([modify(set("b")), modify(set("a"), 2)])).toMatchObject({ accept: "a" });
    expect(await after([modify(append), modify(set("a"), 2)])).toMatchObject({ accept: "a, c" });
    expect(await after([modify(append), modify([{ header: "accept", operation: "remove" }], 2)])).not.toHaveProperty(
      "accept",
    );
  });

  it("does not count where the request is allowed with as high a priority", async ({ expect }) => {
    const set = [{ header: "x-old", operation: "set", value: "2" }];
    expect(await after([modify(set), ALLOW])).toBeUndefined();
    expect(await after([modify(set, 2), ALLOW])).toMatchObject({ "x-old": "2" });
  });

  it("changes what is answered", async ({ expect }) => {
    const rule = modifyAnswer(
      { header: "x-frame-options", operation: "remove" },
      { header: "set-cookie", operation: "append", value: "b=2" },
    );
    const rules = handler(
      await extension([{ ...rule, condition: { urlFilter: "/ad", resourceTypes: ["sub_frame"] } }]),
    );
    const responseHeaders = [
      { name: "X-Frame-Options", value: "DENY" },
      { name: "Set-Cookie", value: "a=1" },
    ];
    const response: PausedResponse = {
      ...request(AD, { type: "Document", frameId: "C" }),
      responseStatusCode: 200,
      responseHeaders,
    };
    const headers = [
      { name: "Set-Cookie", value: "a=1" },
      { name: "set-cookie", value: "b=2" },
    ];
    expect(rules.revise(response)).toEqual({ headers, isAnew: true });
    expect(rules.revise({ ...response, resourceType: "Script" })).toBeUndefined();
  });
});

describe("what is paused", () => {
  const pausedBy = async (...rules: readonly Written[]) =>
    handler(await extension(rules))
      .patterns()
      .map(({ resourceType, requestStage }) => `${requestStage} ${resourceType}`);

  it("is what rules may be about", async ({ expect }) => {
    expect(await pausedBy()).toEqual([]);
    expect(await pausedBy(ALLOW)).toEqual([]);
    expect(await pausedBy({ ...BLOCK, condition: { resourceTypes: ["image"] } })).toEqual(["Request Image"]);
    expect(await pausedBy({ ...BLOCK, condition: { excludedResourceTypes: ["object"] } })).toEqual([
      "Request undefined",
    ]);
    const answers = { ...modifyAnswer({ header: "a", operation: "remove" }), condition: { resourceTypes: ["media"] } };
    const allowing = modifyAnswer({ header: "Access-Control-Allow-Origin", operation: "set", value: "*" });
    const forFetches = { ...allowing, condition: { resourceTypes: ["xmlhttprequest"] } };
    expect(await pausedBy(forFetches)).toEqual(["Response undefined"]);
    expect(await pausedBy(answers)).toEqual(["Response Media"]);
  });
});
