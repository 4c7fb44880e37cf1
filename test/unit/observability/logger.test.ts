import { describe, it } from "vitest";
import type { LogFields, LogLevel } from "../../../src/observability/logger.ts";
import { createLogger } from "../../../src/observability/logger.ts";

function createCapture() {
  const lines: (readonly [LogLevel, string])[] = [];
  const logger = createLogger({ sink: (level, line) => void lines.push([level, line]) });
  /** The line that these fields become, parsed. */
  const logged = (fields: LogFields): Record<string, unknown> => {
    logger.info("test.event", fields);
    return JSON.parse(lines.at(-1)?.[1] ?? "null");
  };
  return { lines, logger, logged };
}

describe("a log line", () => {
  it("is one JSON object with level, event and fields", ({ expect }) => {
    const { lines, logger } = createCapture();
    logger.info("session.launched", { sessionId: "ses_1", launchMs: 12 });
    logger.warn("session.slow");
    logger.error("session.lost", { text: "two\nlines" });
    expect(lines).toEqual([
      ["info", '{"sessionId":"ses_1","launchMs":12,"level":"info","event":"session.launched"}'],
      ["warn", '{"level":"warn","event":"session.slow"}'],
      ["error", '{"text":"two\\nlines","level":"error","event":"session.lost"}'],
    ]);
  });

  it("cannot be passed off as another by its fields", ({ expect }) => {
    const { logged } = createCapture();
    expect(logged({ event: "forged", level: "error" })).toEqual({ event: "test.event", level: "info" });
  });
});

describe("redaction", () => {
  for (const key of [
    "authorization",
    "Authorization",
    "cookie",
    "Set-Cookie",
    "set_cookie",
    "password",
    "proxyPassword",
    "token",
    "connectToken",
    "adminToken",
    "key",
    "apiKey",
    "api_key",
    "anchor-api-key",
    "secret",
    "clientSecret",
    "credential",
    "private_key",
  ]) {
    it(`takes out the value of ${key}, at any depth and of any type`, ({ expect }) => {
      const { logged } = createCapture();
      const line = logged({ [key]: "hunter2", nested: [{ [key]: { deep: "hunter2" } }] });
      expect(line).toMatchObject({ [key]: "[redacted]", nested: [{ [key]: "[redacted]" }] });
      expect(JSON.stringify(line)).not.toContain("hunter2");
    });
  }

  it("keeps what only sounds secret", ({ expect }) => {
    const { logged } = createCapture();
    const fields = { apiKeyId: "key_abc", apiKeyName: "ci", keyCount: 2, tokenScope: "cdp", token: null };
    expect(logged(fields)).toMatchObject(fields);
  });

  const texts: readonly (readonly [string, string])[] = [
    ["wss://h/cdp/ses_1?token=ct_hunter2&x=1", "wss://h/cdp/ses_1?token=[redacted]&x=1"],
    ["wss://h/?sessionId=s&apiKey=hunter2", "wss://h/?sessionId=s&apiKey=[redacted]"],
    ["wss://h/?api_key=hunter2#part", "wss://h/?api_key=[redacted]#part"],
    ["accessToken=hunter2 failed", "accessToken=[redacted] failed"],
    ["sent Authorization: Bearer hunter2.x-y_z", "sent Authorization: Bearer [redacted]"],
    ["Basic aHVudGVyMg==", "Basic [redacted]"],
    ["proxy http://user:hunter2@proxy.example:8080/", "proxy http://[redacted]@proxy.example:8080/"],
    [`key mb_live_${"A".repeat(43)}.`, "key mb_live_[redacted]."],
    [`at ct_${"B-_".repeat(14)}`, "at ct_[redacted]"],
    ["Failed query: select 1\nparams: hunter2,\nhunter2", "Failed query: select 1\nparams: [redacted]"],
  ];
  for (const [text, clean] of texts) {
    it(`takes secrets out of text: ${clean}`, ({ expect }) => {
      const { logged } = createCapture();
      expect(logged({ text })).toMatchObject({ text: clean });
      expect(logged({ error: new Error(text) })).toMatchObject({ error: { message: clean } });
    });
  }

  it("leaves ordinary text alone", ({ expect }) => {
    const { logged } = createCapture();
    const text = "GET https://example.com/a?tokens=3&q=key: 2 direct_ct_ids, acct_aaaa, a@b.example";
    expect(logged({ text })).toMatchObject({ text });
  });

  it("reaches headers, maps, URLs, sets and causes of errors", ({ expect }) => {
    const { logged } = createCapture();
    const line = logged({
      headers: new Headers({ authorization: "Bearer hunter2", accept: "*/*" }),
      map: new Map([["token", "hunter2"]]),
      url: new URL("https://u:hunter2@h/?token=hunter2"),
      set: new Set(["?apiKey=hunter2"]),
      error: new Error("outer", { cause: new Error("token=hunter2") }),
    });
    expect(JSON.stringify(line)).not.toContain("hunter2");
    expect(line).toMatchObject({
      headers: { authorization: "[redacted]", accept: "*/*" },
      error: { name: "Error", message: "outer", cause: { message: "token=[redacted]" } },
    });
  });

  it("does not let a cut show part of a secret", ({ expect }) => {
    const { logged } = createCapture();
    const line = logged({ text: `${"x".repeat(1985)}?token=${"s".repeat(100)}` });
    expect(String(line["text"])).not.toMatch(/ss/);
  });
});

describe("bounds", () => {
  it("cut long text", ({ expect }) => {
    const { logged } = createCapture();
    expect(logged({ text: "x".repeat(2000) })["text"]).toBe("x".repeat(2000));
    expect(logged({ text: "x".repeat(2001) })["text"]).toBe(`${"x".repeat(2000)}…`);
  });

  it("end depth and cycles", ({ expect }) => {
    const { logged } = createCapture();
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    expect(JSON.stringify(logged({ loop })).match(/self/g)?.length).toBe(5);
  });

  it("end width", ({ expect }) => {
    const { logged } = createCapture();
    const many = Array.from({ length: 60 }, (_, at) => at);
    const line = logged({ many, object: Object.fromEntries(many.map((at) => [`k${at}`, at])) });
    expect(line["many"]).toEqual([...many.slice(0, 50), "… 10 more"]);
    expect(line["object"]).toMatchObject({ k49: 49, "…": "10 more" });
    expect(line["object"]).not.toHaveProperty("k50");
  });

  it("hold for width times depth", ({ expect }) => {
    const { logged } = createCapture();
    const row = Array.from({ length: 50 }, () => "x".repeat(10));
    const wide = Array.from({ length: 50 }, () => row);
    expect(JSON.stringify(logged({ wide, again: wide })).length).toBeLessThan(20_000);
  });

  it("take what JSON has no word for", ({ expect }) => {
    const { logged } = createCapture();
    const fields = {
      big: 5n,
      nan: Number.NaN,
      call: () => 1,
      symbol: Symbol("s"),
      bytes: new Uint8Array(3),
      none: undefined,
    };
    expect(logged(fields)).toEqual({
      big: "5n",
      nan: "NaN",
      call: "[function]",
      symbol: "[symbol]",
      bytes: "[3 bytes]",
      level: "info",
      event: "test.event",
    });
  });

  it("never make logging throw", ({ expect }) => {
    const { logged } = createCapture();
    const hostile = {
      get trap(): never {
        throw new Error("no");
      },
    };
    expect(logged({ hostile })).toEqual({ event: "test.event", level: "info", unloggable: true });
  });
});
