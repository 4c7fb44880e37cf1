import { describe, expect, it, vi } from "vitest";
import type { Batch, Sent, Speaker } from "../../../../src/domain/extension-link.ts";
import { currentError } from "../../../../src/web/extension/answers.ts";
import { Messages } from "../../../../src/web/extension/messages.ts";
import { Place } from "../../../../src/web/extension/place.ts";
import { Ports } from "../../../../src/web/extension/ports.ts";

const batchOf = async (place: Place, acknowledged: number): Promise<Batch> =>
  JSON.parse(await place.next(acknowledged)) as Batch;

function openPlace() {
  const place = new Place();
  place.ready();
  const messages = new Messages(place, ({ url }) => ({ url }));
  const ports = new Ports(place, ({ url }) => ({ url }));
  place.on("sent", ({ key, places }) => {
    messages.sentTo(key, places);
    ports.sentTo(key, places);
  });
  place.on("gone", ({ place: name }) => {
    messages.gone(name);
    ports.gone(name);
  });
  return { place, messages, ports };
}

type Opened = ReturnType<typeof openPlace>;

/** Carries all that one has to say to the other, and where it went back. */
async function carry(from: Opened, to: Opened): Promise<void> {
  const { sent } = await batchOf(from.place, -1);
  for (const { seq, body } of sent) {
    if (body.kind === "message" || body.kind === "open") {
      from.place.deliver(JSON.stringify({ body: { kind: "sent", key: body.key, places: [to.place.name] } }));
    }
    to.place.deliver(
      JSON.stringify({ from: { place: from.place.name, url: "http://a/" } satisfies Speaker, seq, body }),
    );
  }
}

describe("a place", () => {
  it("says again what nobody has acknowledged, and no more", async () => {
    const { place } = openPlace();
    expect(await batchOf(place, -1)).toEqual({ place: place.name, last: 0, sent: [] });
    const waiting = batchOf(place, 0);
    place.say("own", { kind: "close", key: "1" });
    const first: Sent = { seq: 1, to: "own", body: { kind: "close", key: "1" } };
    expect(await waiting).toEqual({ place: place.name, last: 1, sent: [first] });
    place.say("own", { kind: "close", key: "2" });
    // Somebody new, who knows of nothing.
    expect((await batchOf(place, -1)).sent.map(({ seq }) => seq)).toEqual([1, 2]);
    place.say("own", { kind: "close", key: "3" });
    expect((await batchOf(place, 2)).sent.map(({ seq }) => seq)).toEqual([3]);
  });

  it("hears once what is delivered twice, and early messages when it is ready", () => {
    const place = new Place();
    const heard = vi.fn<(body: object) => void>();
    place.on("close", (body) => heard(body));
    const delivered = JSON.stringify({ from: { place: "x", url: "" }, seq: 1, body: { kind: "close", key: "1" } });
    place.deliver(delivered);
    expect(heard).not.toHaveBeenCalled();
    place.ready();
    place.deliver(delivered);
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe("messages", () => {
  const ask = async (listen: (there: Opened) => void): Promise<unknown> => {
    const [here, there] = [openPlace(), openPlace()];
    listen(there);
    const answer = here.messages.send("own", { question: 1 }, undefined);
    answer?.catch(() => undefined);
    await carry(here, there);
    // A promise of the listener's has its turn.
    await Promise.resolve();
    await Promise.resolve();
    await carry(there, here);
    return answer;
  };

  it.for([
    ["at once", (answer: (value: unknown) => void): void => answer({ a: 1 })],
    ["with a promise", () => Promise.resolve({ a: 1 })],
  ] as const)("are answered %s", async ([, listener]) => {
    const answer = await ask(({ messages }) => {
      messages.onMessage.addListener((message, sender, respond) => {
        expect([message, sender]).toEqual([{ question: 1 }, { url: "http://a/" }]);
        return listener(respond as (value: unknown) => void);
      });
    });
    expect(answer).toEqual({ a: 1 });
  });

  it("come to nothing where nobody answers, and fail where nobody listens", async () => {
    expect(await ask(({ messages }) => messages.onMessage.addListener(() => undefined))).toBeUndefined();
    const refused = "Could not establish connection. Receiving end does not exist.";
    await expect(ask(() => undefined)).rejects.toThrow(refused);
  });

  it("fail when who was to answer has gone", async () => {
    const [here, there] = [openPlace(), openPlace()];
    there.messages.onMessage.addListener(() => true);
    const answer = here.messages.send("own", 1, undefined);
    await carry(here, there);
    here.place.deliver(JSON.stringify({ body: { kind: "gone", place: there.place.name } }));
    await expect(answer).rejects.toThrow("the message channel closed before a response was received");
  });

  it("tell callbacks of errors by lastError, for as long as they run", async () => {
    const here = openPlace();
    const seen = new Promise((resolve) => {
      void here.messages.send({ tabId: 1 }, 1, () => resolve(currentError()));
    });
    const { sent } = await batchOf(here.place, -1);
    const key = sent[0]?.body.kind === "message" ? sent[0].body.key : "";
    here.place.deliver(JSON.stringify({ body: { kind: "sent", key, places: [] } }));
    expect(await seen).toEqual({ message: "Could not establish connection. Receiving end does not exist." });
    expect(currentError()).toBeUndefined();
  });
});

describe("ports", () => {
  it("carry messages both ways until one side ends them", async () => {
    const [here, there] = [openPlace(), openPlace()];
    const heard: unknown[] = [];
    there.ports.onConnect.addListener((opened) => {
      const port = opened as ReturnType<Ports["connect"]>;
      port.onMessage.addListener((message) => {
        heard.push([port.name, message]);
        port.postMessage("back");
        port.disconnect();
      });
    });
    const port = here.ports.connect("own", "a name");
    port.onMessage.addListener((message) => heard.push(message));
    port.onDisconnect.addListener(() => heard.push("ended"));
    port.postMessage("there");
    await carry(here, there);
    await carry(there, here);
    expect(heard).toEqual([["a name", "there"], "back", "ended"]);
    expect(() => port.postMessage("late")).toThrow("disconnected port");
  });

  it("end at once where nobody listens", async () => {
    const [here, there] = [openPlace(), openPlace()];
    const ended = vi.fn<(error: unknown) => void>();
    here.ports.connect("own", "").onDisconnect.addListener(() => ended(currentError()?.message));
    await carry(here, there);
    await carry(there, here);
    expect(ended).toHaveBeenCalledExactlyOnceWith("Could not establish connection. Receiving end does not exist.");
  });
});
