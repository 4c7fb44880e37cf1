import * as fc from "fast-check";
import { expect, it } from "vitest";
import { isLocalUrl } from "../../src/cdp/local-url.ts";
import type { SentCommand } from "../support/worker/fake-browser.ts";
import { runCampaign, SHARE } from "./support/campaign.ts";
import { hostileMessage, type HostileMessage } from "./support/cdp-messages.ts";
import { type Attacker, CdpSession, SECRETS } from "./support/cdp-session.ts";
import { readFirstWins } from "./support/first-wins.ts";

const MESSAGES_IN_RUN = 50;
const CLIENTS = 3;
const BINARY_CLOSE = 1003;

/** Methods that no client's message may bring to the browser, however it is read. */
const NEVER = new Set([
  "Browser.close",
  "Browser.crash",
  "Browser.crashGpuProcess",
  "Extensions.loadUnpacked",
  "Target.exposeDevToolsProtocol",
  "Target.openDevTools",
  "Target.sendMessageToTarget",
  "Target.setRemoteLocations",
  "Tethering.bind",
]);

/** Methods that act on the target, or in the context, that they name. */
const TARGETED = new Set(
  ["activateTarget", "attachToTarget", "closeTarget", "getTargetInfo"].map((name) => `Target.${name}`),
);
const CONTEXTUAL = new Set([
  "Browser.setDownloadBehavior",
  "Storage.getCookies",
  "Storage.setCookies",
  "Target.createTarget",
  "Target.disposeBrowserContext",
]);

/** In a browser that sessions share, neither these. */
const NEVER_SHARED = new Set(["DOM.setFileInputFiles", "Tracing.start"]);

interface Reading {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly sessionId?: unknown;
}

/** A command upstream, by either reading of a key that occurs twice, is the sender's and is harmless. */
function expectHarmless({ text }: SentCommand, sender: Attacker, shared: boolean): void {
  for (const reading of [JSON.parse(text) as Reading, readFirstWins(text) as Reading | undefined]) {
    if (reading === undefined) continue;
    expect(Number.isInteger(reading.id) && (reading.id as number) >= 0, text).toBe(true);
    expect(sender.client.sessions.has(String(reading.sessionId)), text).toBe(true);
    const method = String(reading.method);
    expect(NEVER.has(method) || (shared && NEVER_SHARED.has(method)), text).toBe(false);
    const { targetId, browserContextId, url } = (reading.params ?? {}) as Record<string, unknown>;
    if (method === "Page.navigate" || method === "Target.createTarget") {
      expect(typeof url === "string" && isLocalUrl(url), text).toBe(false);
    }
    if (TARGETED.has(method)) {
      expect(targetId === SECRETS.foreignTarget || targetId === SECRETS.hiddenTarget, text).toBe(false);
    }
    if (CONTEXTUAL.has(method)) expect(browserContextId === SECRETS.foreignContext, text).toBe(false);
  }
}

/** The id of a command, as far as its sender can expect an answer to it. */
function readableId(data: string | ArrayBuffer): unknown {
  try {
    return typeof data === "string" ? (JSON.parse(data) as Reading | null)?.id : undefined;
  } catch {
    return undefined;
  }
}

const fill = (data: string | ArrayBuffer, sender: Attacker, other: Attacker): string | ArrayBuffer =>
  typeof data !== "string"
    ? data
    : data
        .replaceAll("@OWNROOT", sender.client.root.id)
        .replaceAll("@OWNPAGE", sender.page)
        .replaceAll("@FOREIGNROOT", other.client.root.id)
        .replaceAll("@FOREIGNPAGE", other.page);

/** What the sender was told: one answer at most, in its own sessions, about nothing that is hidden from it. */
function expectOwnAnswers(texts: readonly string[], sender: Attacker, data: string | ArrayBuffer): void {
  const id = readableId(data);
  const answers = texts.map((text) => JSON.parse(text) as Reading).filter((message) => "id" in message);
  expect(answers.length).toBeLessThanOrEqual(1);
  for (const answer of answers) expect(answer.id === id, `${String(answer.id)} for ${String(id)}`).toBe(true);
  for (const text of texts) {
    // A refusal repeats what was asked for.
    const secrets = Object.values(SECRETS).filter((secret) => typeof data !== "string" || !data.includes(secret));
    for (const secret of secrets) expect(text).not.toContain(secret);
    const { sessionId } = JSON.parse(text) as Reading;
    if (typeof sessionId === "string") expect(sender.client.sessions.has(sessionId), text).toBe(true);
  }
}

async function fire(session: CdpSession, message: HostileMessage, shared: boolean): Promise<void> {
  const index = message.client;
  const sender = session.clients[index];
  const other = session.clients[(index + 1) % CLIENTS];
  if (!sender || !other) throw new Error("the session lacks a client");
  const others = session.clients.filter((client) => client !== sender);
  const data = fill(message.data, sender, other);
  const closeRequests = session.closeRequests;
  for (const command of session.receive(sender, data)) expectHarmless(command, sender, shared);
  if (session.closeRequests > closeRequests) expect(data).toMatch(/close|\\u/);
  expectOwnAnswers(sender.socket.texts.splice(0), sender, data);
  for (const { socket } of others) {
    expect(socket.texts).toEqual([]);
    expect(socket.closedWith).toBeUndefined();
  }
  if (sender.socket.closedWith === undefined) return;
  expect(sender.socket.closedWith.code).toBe(BINARY_CLOSE);
  expect(typeof data).not.toBe("string");
  await session.replace(index);
}

it("whatever a client sends, the session lives, and nobody else notices", (context) =>
  runCampaign(context, {
    name: "CDP messages",
    share: SHARE.messages,
    casesInRun: MESSAGES_IN_RUN,
    arbitrary: fc.record({
      shared: fc.boolean(),
      messages: fc.array(hostileMessage, { minLength: MESSAGES_IN_RUN, maxLength: MESSAGES_IN_RUN }),
    }),
    check: async ({ shared, messages }) => {
      const session = await CdpSession.open({ shared, clients: CLIENTS });
      for (const message of messages) await fire(session, message, shared);
      for (const client of session.clients) {
        session.receive(client, '{"id":7,"method":"Browser.getVersion"}');
        expect(client.socket.last).toEqual({ id: 7, result: {} });
      }
      expect(session.faults).toEqual([]);
      session.end();
    },
  }));
