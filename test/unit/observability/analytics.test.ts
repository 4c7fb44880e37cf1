import { expect, it } from "vitest";
import { createAnalytics, type EndedSession } from "../../../src/observability/analytics.ts";
import { FakeLogger } from "../service/fake-sessions.ts";

const ENDED: EndedSession = {
  accountId: "acct_1",
  sessionId: "ses_1",
  dialect: "meshbrow",
  engine: "browser-run",
  status: "destroyed",
  endReason: "idle",
  durationMs: 1000,
  launchMs: 200,
  messages: 30,
  bytes: 4000,
  droppedMessages: 5,
  reconnects: 6,
  restores: 7,
};

it("writes one point a session, its columns in the documented order", () => {
  const points: object[] = [];
  const dataset = { writeDataPoint: (point: object) => void points.push(point) };
  createAnalytics({ dataset, logger: new FakeLogger() }).sessionEnded(ENDED);
  expect(points).toEqual([
    {
      indexes: ["acct_1"],
      blobs: ["ses_1", "meshbrow", "browser-run", "destroyed", "idle"],
      doubles: [1000, 200, 30, 4000, 5, 6, 7],
    },
  ]);
});

it("goes on without a dataset, and when the dataset throws", () => {
  const logger = new FakeLogger();
  createAnalytics({ dataset: undefined, logger }).sessionEnded(ENDED);
  expect(logger.events).toEqual([]);
  const broken = {
    writeDataPoint() {
      throw new Error("too many points");
    },
  };
  createAnalytics({ dataset: broken, logger }).sessionEnded(ENDED);
  expect(logger.events).toEqual(["analytics.not_written"]);
});
