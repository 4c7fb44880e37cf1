import { expect, it } from "vitest";
import { WebSocketTransport } from "../../../src/cdp/transport.ts";

it("sends nothing, and throws nothing, between the browser's close and the event that tells of it", () => {
  const { 0: ours } = new WebSocketPair();
  const transport = new WebSocketTransport(ours);
  ours.close(1000, "gone");
  expect(() => transport.send('{"id":1,"method":"Browser.getVersion"}')).not.toThrow();
});

it("knows how much the other side has yet to read: every bound on unread data needs it", () => {
  const { 0: ours } = new WebSocketPair();
  const transport = new WebSocketTransport(ours);
  transport.send("x".repeat(1000));
  expect(transport.bufferedBytes).toBe(1000);
});
