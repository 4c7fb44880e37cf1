import { setTimeout as sleep } from "node:timers/promises";
import type { Round } from "../round.ts";
import { cpuMs, memoryMb } from "../targets/processes.ts";
import type { BenchSession, Target } from "../targets/target.ts";

const SESSIONS = 4;
/** Launching works up memory that is free again a moment later. */
const REST_MS = 3_000;

/** What servers cost while nothing happens, first without sessions and then with four that nobody uses. */
export async function measureIdle({ targets, recorder, settings, number }: Round): Promise<void> {
  const servers = targets.filter(({ serverPids }) => serverPids.length > 0);
  const without = await watch(servers, settings.idleMs);
  const sessions: BenchSession[] = [];
  for (const server of servers) {
    for (let made = 0; made < SESSIONS; made += 1) sessions.push(await server.createSession());
  }
  const having = await watch(servers, settings.idleMs);
  await Promise.all(sessions.map((session) => session.release()));
  for (const server of servers) {
    const [before, after] = [without.get(server), having.get(server)];
    if (!before || !after) continue;
    const common = { target: server.name, pair: `${number}` };
    const cpu = ((after.cpu - before.cpu) / settings.idleMs) * 100;
    recorder.record({ ...common, metric: "idle.base", value: before.memory });
    recorder.record({ ...common, metric: "idle.memory", value: (after.memory - before.memory) / SESSIONS });
    recorder.record({ ...common, metric: "idle.cpu", value: cpu / SESSIONS });
  }
}

interface Idle {
  readonly memory: number;
  readonly cpu: number;
}

/** All servers over the same stretch of time. */
async function watch(servers: readonly Target[], ms: number): Promise<Map<Target, Idle>> {
  await sleep(REST_MS);
  const before = new Map(servers.map((server) => [server, cpuMs(server.serverPids)]));
  await sleep(ms);
  return new Map(
    servers.map((server) => {
      const cpu = cpuMs(server.serverPids) - (before.get(server) ?? 0);
      return [server, { cpu, memory: memoryMb(server.runtimePids) }];
    }),
  );
}
