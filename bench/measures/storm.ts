import { setTimeout as sleep } from "node:timers/promises";
import { interleave, metered, type OpenSession, type Round } from "../round.ts";

const EVENTS = 20_000;
const LIMIT_MS = 60_000;
const VALUE = '"value":';

/** A page that logs 20,000 numbers as fast as it can: every one must arrive, in its order. */
export async function measureStorm(round: Round, sessions: readonly OpenSession[]): Promise<void> {
  const { recorder, settings, number } = round;
  await interleave(round, { over: sessions, times: settings.storms }, async (session, turn) => {
    const { client, page, target } = session;
    await client.send("Runtime.enable", {}, page);
    const { ms, cpu, result } = await metered(target, () => receiveStorm(session));
    await client.send("Runtime.disable", {}, page);
    await client.send("Runtime.discardConsoleEntries", {}, page);
    const common = { target: target.name, pair: `${number}.${turn}` };
    recorder.record({ ...common, metric: "storm.rate", value: (result.received * 1000) / ms });
    recorder.record({ ...common, metric: "storm.lost", value: EVENTS - result.received });
    recorder.record({ ...common, metric: "storm.disordered", value: result.disordered });
    if (target.serverPids.length === 0) return;
    recorder.record({ ...common, metric: "storm.cpu", value: (cpu * 1000) / EVENTS });
  });
}

interface Storm {
  readonly received: number;
  readonly disordered: number;
}

async function receiveStorm({ client, page }: OpenSession): Promise<Storm> {
  let received = 0;
  let disordered = 0;
  const all = new Promise<void>((resolve) => {
    client.onEvent = (message) => {
      const at = message.indexOf(VALUE);
      if (at === -1) return;
      const value = Number.parseInt(message.toString("latin1", at + VALUE.length, at + VALUE.length + 8), 10);
      if (value !== received) disordered += 1;
      received += 1;
      if (received === EVENTS) resolve();
    };
  });
  const expression = `for (let number = 0; number < ${EVENTS}; number += 1) console.log(number)`;
  const limit = new AbortController();
  await client.send("Runtime.evaluate", { expression }, page);
  await Promise.race([all, sleep(LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined)]);
  limit.abort();
  client.onEvent = undefined;
  return { received, disordered };
}
