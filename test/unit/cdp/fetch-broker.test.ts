import { describe, it } from "vitest";
import { CdpConnection } from "../../../src/cdp/cdp-connection.ts";
import { FetchBroker, type RequestHandler } from "../../../src/cdp/fetch-broker.ts";

interface Sent {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** A broker over a browser that answers everything at once. */
function createBroker() {
  const sent: Sent[] = [];
  const connection = new CdpConnection((text) => {
    const command = JSON.parse(text) as Sent;
    sent.push(command);
    queueMicrotask(() => connection.receive(JSON.stringify({ id: command.id, result: {} }), ""));
  });
  const broker = new FetchBroker(connection);
  const pause = (requestId: string, url = "https://a.test/"): void => {
    const params = { requestId, request: { url, headers: { a: "b" } }, frameId: "F", resourceType: "Document" };
    connection.receive(JSON.stringify({ method: "Fetch.requestPaused", params }), "");
  };
  const answers = () =>
    sent.filter(({ method }) => !method.endsWith("able")).map(({ method, params }) => [method, params]);
  return { broker, sent, pause, answers };
}

const handler = (rule: NonNullable<RequestHandler["rule"]>, urlPattern?: string): RequestHandler => ({
  patterns: () => [{ resourceType: "Document", ...(urlPattern !== undefined && { urlPattern }) }],
  rule,
});

const HEADERS = [{ name: "a", value: "c" }];

describe("the fetch broker", () => {
  it("asks for what all handlers want to see, and for nothing once nobody wants any", async ({ expect }) => {
    const { broker, sent } = createBroker();
    let wanted = ["https://a.test/*"];
    await broker.use(handler(() => undefined, "https://b.test/*"));
    await broker.use({
      patterns: () => wanted.map((urlPattern) => ({ urlPattern, resourceType: "Document" as const })),
      rule: () => undefined,
    });
    expect(sent.at(-1)?.params["patterns"]).toEqual([
      { urlPattern: "https://b.test/*", resourceType: "Document" },
      { urlPattern: "https://a.test/*", resourceType: "Document" },
    ]);
    wanted = [];
    await broker.changed();
    expect(sent.at(-1)?.params["patterns"]).toEqual([{ urlPattern: "https://b.test/*", resourceType: "Document" }]);
  });

  it("is on only while a handler wants something", async ({ expect }) => {
    const { broker, sent } = createBroker();
    let wanted = 0;
    await broker.use({ patterns: () => Array.from({ length: wanted }, () => ({})), rule: () => undefined });
    expect(sent).toEqual([]);
    wanted = 1;
    await broker.changed();
    wanted = 0;
    await broker.changed();
    expect(sent.map(({ method }) => method)).toEqual(["Fetch.enable", "Fetch.disable"]);
  });

  it("asks every handler in turn, and goes on with all that they ruled", async ({ expect }) => {
    const { broker, pause, answers } = createBroker();
    const asked: string[] = [];
    const { promise: waited, resolve: goOn } = Promise.withResolvers<undefined>();
    await broker.use(handler(() => (asked.push("first"), { headers: HEADERS })));
    await broker.use(handler(() => (asked.push("second"), waited)));
    await broker.use(handler(() => (asked.push("third"), undefined)));
    pause("R1");
    expect({ asked, answers: answers() }).toEqual({ asked: ["first", "second"], answers: [] });
    goOn(undefined);
    await waited;
    await expect.poll(answers).toEqual([["Fetch.continueRequest", { requestId: "R1", headers: HEADERS }]]);
    expect(asked).toEqual(["first", "second", "third"]);
  });

  it("shows a handler the headers that those before it have made, and answers with a body", async ({ expect }) => {
    const { broker, pause, answers } = createBroker();
    await broker.use(handler(() => ({ headers: HEADERS })));
    await broker.use(
      handler(({ request: { headers } }) => ({ answer: { status: 200, headers: [], body: btoa(headers["a"] ?? "") } })),
    );
    pause("R1");
    const fulfilled = { requestId: "R1", responseCode: 200, responseHeaders: [], body: btoa("c") };
    expect(answers()).toEqual([["Fetch.fulfillRequest", fulfilled]]);
  });

  it("fails a request at the first who says so, or who cannot say anything", async ({ expect }) => {
    const { broker, pause, answers } = createBroker();
    const asked: string[] = [];
    await broker.use(
      handler(({ requestId }) => (requestId === "R1" ? { fails: "Failed" } : Promise.reject(new Error("no answer")))),
    );
    await broker.use(handler(({ requestId }) => (asked.push(requestId), undefined)));
    pause("R1");
    pause("R2");
    const failed = (requestId: string) => ["Fetch.failRequest", { requestId, errorReason: "Failed" }];
    await expect.poll(answers).toEqual([failed("R1"), failed("R2")]);
    expect(asked).toEqual([]);
  });
});
