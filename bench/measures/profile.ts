import { attachToPage, CdpClient } from "../cdp-client.ts";
import { interleave, type Round, settle, timed } from "../round.ts";
import { quantile } from "../stats.ts";
import type { BenchSession, ProfiledTarget, SessionOptions } from "../targets/target.ts";
import { createAndAsk } from "./create.ts";

const ORIGINS = 20;
const IDLE_CALLS = 300;

/** What a site with a full shopping basket leaves: about 43 KB at every origin. */
const FILL = `new Promise((resolve, reject) => {
  for (let at = 0; at < 50; at += 1) localStorage.setItem("key " + at, "value ".repeat(20) + at);
  document.cookie = "visited=yes; max-age=86400";
  const opening = indexedDB.open("bench", 1);
  opening.onerror = () => reject(opening.error);
  opening.onupgradeneeded = () => opening.result.createObjectStore("records", { keyPath: "id" });
  opening.onsuccess = () => {
    const writing = opening.result.transaction("records", "readwrite");
    for (let id = 0; id < 120; id += 1) {
      writing.objectStore("records").put({ id, text: "record ".repeat(30), at: new Date(id), tags: ["a", "b"] });
    }
    writing.oncomplete = () => (opening.result.close(), resolve(true));
  };
})`;

/** What a profile of 20 origins costs: sessions of Berth's with one, beside sessions without, within one round. */
export async function measureProfile(round: Round): Promise<void> {
  const berth = round.targets.find(({ name }) => name === "berth");
  if (!berth?.profiles) throw new Error("Profiles are Berth's.");
  const target = { ...berth, profiles: berth.profiles };
  const profileId = await target.profiles.create();
  const filling = await openPage(await target.createSession({ profileId }));
  for (const url of originsOf(round)) {
    await filling.navigate(url);
    await filling.evaluate(FILL);
  }
  filling.client.close();
  await target.profiles.saveAndRelease(filling.session);
  await settle();
  await measureCreates(round, target, profileId);
  await measureVisits(round, target, profileId);
  await measureDump(round, target, profileId);
}

const originsOf = ({ site }: Round): readonly string[] =>
  Array.from({ length: ORIGINS }, (_, at) => site.helloUrl.replace("127.0.0.1", `origin-${at}.localhost`));

async function openPage(session: BenchSession) {
  const client = await CdpClient.open(session.cdpUrl);
  const page = await attachToPage(client);
  await client.send("Page.enable", {}, page);
  return {
    session,
    client,
    navigate: async (url: string): Promise<void> => {
      await client.send("Page.navigate", { url }, page);
    },
    evaluate: async (expression: string): Promise<void> => {
      await client.send("Runtime.evaluate", { expression, awaitPromise: true }, page);
    },
  };
}

/** With the profile over without, in the milliseconds that a create takes to its first answer. */
async function measureCreates(round: Round, target: ProfiledTarget, profileId: string): Promise<void> {
  const times: Record<"with" | "without", number[]> = { with: [], without: [] };
  const kinds = ["with", "without"] as const;
  await interleave(round, { over: kinds, times: round.settings.profileSessions }, async (kind, turn) => {
    const options: SessionOptions = kind === "with" ? { profileId } : {};
    const { ms, result } = await timed(() => createAndAsk(target, options));
    times[kind][turn] = ms;
    result.client.close();
    await result.session.release();
    await settle();
  });
  record(round, "profile.create", times);
}

/** The first visit of every origin of a session, to the moment when its page has come. */
async function measureVisits(round: Round, target: ProfiledTarget, profileId: string): Promise<void> {
  const times: Record<"with" | "without", number[]> = { with: [], without: [] };
  const kinds = ["with", "without"] as const;
  await interleave(round, { over: kinds, times: 1 }, async (kind) => {
    const page = await openPage(await target.createSession(kind === "with" ? { profileId } : {}));
    for (const [at, url] of originsOf(round).entries()) times[kind][at] = (await timed(() => page.navigate(url))).ms;
    page.client.close();
    await page.session.release();
    await settle();
  });
  record(round, "profile.visit", times);
}

/** How long a client waits for its answers while 20 origins are read behind its back. */
async function measureDump(round: Round, target: ProfiledTarget, profileId: string): Promise<void> {
  const { recorder, number } = round;
  const page = await openPage(await target.createSession({ profileId }));
  for (const url of originsOf(round)) await page.navigate(url);
  const calls: number[] = [];
  const call = async (): Promise<void> => void calls.push((await timed(() => page.evaluate("1 + 1"))).ms);
  for (let at = 0; at < IDLE_CALLS; at += 1) await call();
  const quiet = calls.splice(0);
  const state = { isDone: false };
  const dumping = timed(() => target.profiles.copyOf(page.session)).finally(() => (state.isDone = true));
  while (!state.isDone) await call();
  const { ms } = await dumping;
  const values = {
    "profile.dump": ms,
    "profile.calls.quiet": quantile(quiet, 0.99),
    "profile.calls.p99": quantile(calls, 0.99),
    "profile.calls.longest": Math.max(...calls),
  };
  for (const [metric, value] of Object.entries(values)) {
    recorder.record({ metric, target: "berth", pair: String(number), value });
  }
  page.client.close();
  await page.session.release();
  await settle();
}

function record({ recorder, number }: Round, metric: string, times: Record<"with" | "without", number[]>): void {
  for (const [turn, ms] of times.with.entries()) {
    const value = ms - (times.without[turn] ?? 0);
    recorder.record({ metric, target: "berth", pair: `${number}.${turn}`, value });
  }
}
