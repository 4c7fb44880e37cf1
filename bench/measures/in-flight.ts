import { interleave, metered, type OpenSession, type Round } from "../round.ts";

const IN_FLIGHT = 64;
/** Short turns: a busy moment of the machine then hits every target alike. */
const TURNS = 10;

/** Small commands with 64 of them under way at any time. */
export async function measureInFlight(round: Round, sessions: readonly OpenSession[]): Promise<void> {
  const { settings, recorder, number } = round;
  const calls = settings.inFlightCalls / TURNS;
  const totals = new Map(sessions.map((session) => [session, { ms: 0, cpu: 0 }]));
  await interleave(round, { over: sessions, times: TURNS }, async (session) => {
    const { ms, cpu } = await metered(session.target, () => callTogether(session, calls));
    const total = totals.get(session);
    if (!total) return;
    total.ms += ms;
    total.cpu += cpu;
  });
  for (const [{ target }, { ms, cpu }] of totals) {
    const common = { target: target.name, pair: `${number}` };
    recorder.record({ ...common, metric: "inflight.rate", value: (settings.inFlightCalls * 1000) / ms });
    if (target.serverPids.length === 0) continue;
    recorder.record({ ...common, metric: "inflight.cpu", value: (cpu * 1000) / settings.inFlightCalls });
  }
}

async function callTogether({ client, page }: OpenSession, calls: number): Promise<void> {
  let left = calls;
  const callOn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await client.send("Runtime.evaluate", { expression: "1 + 1" }, page);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, callOn));
}
