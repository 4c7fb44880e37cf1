import { CdpClient, attachToPage } from "./cdp-client.ts";
import { measureAdblock } from "./measures/adblock.ts";
import { measureAttach } from "./measures/attach.ts";
import { measureCreate } from "./measures/create.ts";
import { measureHelloBrowser } from "./measures/hello-browser.ts";
import { measureIdle } from "./measures/idle.ts";
import { measureInFlight } from "./measures/in-flight.ts";
import { measurePage } from "./measures/page.ts";
import { measureLive } from "./measures/live.ts";
import { measureProfile } from "./measures/profile.ts";
import { measureProxy } from "./measures/proxy.ts";
import { measureRecording } from "./measures/recording.ts";
import { measureResults } from "./measures/results.ts";
import { measureRoundTrip } from "./measures/round-trip.ts";
import { measureStealth } from "./measures/stealth.ts";
import { measureStorm } from "./measures/storm.ts";
import { type OpenSession, type Round, settle } from "./round.ts";
import type { Group } from "./settings.ts";
import type { Target } from "./targets/target.ts";

type SessionMeasure = (round: Round, sessions: readonly OpenSession[]) => Promise<void>;

/** Measurements that share one session of every target. */
const ON_OPEN_SESSIONS: readonly (readonly [Group, SessionMeasure])[] = [
  ["attach", measureAttach],
  ["roundtrip", measureRoundTrip],
  ["inflight", measureInFlight],
  ["results", measureResults],
  ["storm", measureStorm],
];

/** One round over all targets. */
export async function runRound(round: Round): Promise<void> {
  const { groups } = round.settings;
  if (groups.has("create")) await measureCreate(round);
  if (groups.has("hello")) await measureHelloBrowser(round);
  const measures = ON_OPEN_SESSIONS.filter(([group]) => groups.has(group));
  if (measures.length > 0) await withSessions(round, measures);
  if (groups.has("page")) await measurePage(round);
  if (groups.has("stealth")) await measureStealth(round);
  if (groups.has("proxy")) await measureProxy(round);
  if (groups.has("profile")) await measureProfile(round);
  if (groups.has("recording")) await measureRecording(round);
  if (groups.has("live")) await measureLive(round);
  if (groups.has("adblock")) await measureAdblock(round);
}

/** What costs little to repeat is in the rounds; this takes minutes, and comes once. */
export async function runOnce(round: Round): Promise<void> {
  if (round.settings.groups.has("idle")) await measureIdle(round);
}

/** Every round has browsers of its own: one that happens to be slow does not tip all of them. */
async function withSessions(round: Round, measures: readonly (readonly [Group, SessionMeasure])[]): Promise<void> {
  const sessions = await Promise.all(round.targets.map(openSession));
  await settle();
  for (const [, measure] of measures) await measure(round, sessions);
  for (const { client, session } of sessions) {
    client.close();
    await session.release();
  }
  await settle();
}

async function openSession(target: Target): Promise<OpenSession> {
  const session = await target.createSession();
  const client = await CdpClient.open(session.cdpUrl);
  return { target, session, client, page: await attachToPage(client) };
}
