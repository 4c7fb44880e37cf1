import { interleave, metered, type OpenSession, type Round } from "../round.ts";
import { quantile } from "../stats.ts";

/** Calls are made in turns this long, so that a busy moment of the machine hits every target alike. */
const TURN_CALLS = 50;
const WARM_UP_CALLS = 100;
const US_PER_MS = 1000;

/** One sequential call after the other. */
interface Call {
  readonly metric: "roundtrip" | "root";
  readonly make: (session: OpenSession) => Promise<unknown>;
}

const CALLS: readonly Call[] = [
  { metric: "roundtrip", make: ({ client, page }) => client.send("Runtime.evaluate", { expression: "1 + 1" }, page) },
  { metric: "root", make: ({ client }) => client.send("Browser.getVersion") },
];

/** Round trips of a small command to a page, and of one that the browser's own process answers. */
export async function measureRoundTrip(round: Round, sessions: readonly OpenSession[]): Promise<void> {
  for (const call of CALLS) await measureCall(round, sessions, call);
}

async function measureCall(round: Round, sessions: readonly OpenSession[], { metric, make }: Call): Promise<void> {
  const { settings, recorder, number } = round;
  const times = new Map<OpenSession, number[]>(sessions.map((session) => [session, []]));
  const cpu = new Map<OpenSession, number>();
  for (const session of sessions) for (let call = 0; call < WARM_UP_CALLS; call += 1) await make(session);
  await interleave(round, { over: sessions, times: settings.calls / TURN_CALLS }, async (session) => {
    const turn = await metered(session.target, () => callOften(() => make(session)));
    times.get(session)?.push(...turn.result);
    cpu.set(session, (cpu.get(session) ?? 0) + turn.cpu);
  });
  for (const [session, values] of times) {
    const target = session.target.name;
    const pair = `${number}`;
    for (const [name, share] of [
      ["p50", 0.5],
      ["p95", 0.95],
      ["p99", 0.99],
    ] as const) {
      recorder.record({ metric: `${metric}.${name}`, target, pair, value: quantile(values, share) * US_PER_MS });
    }
    if (session.target.serverPids.length === 0) continue;
    const value = ((cpu.get(session) ?? 0) * US_PER_MS) / values.length;
    recorder.record({ metric: `${metric}.cpu`, target, pair, value });
  }
}

async function callOften(call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < TURN_CALLS; done += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times;
}
