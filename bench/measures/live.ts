import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { attachToPage, CdpClient } from "../cdp-client.ts";
import { interleave, type Round, settle } from "../round.ts";
import { quantile } from "../stats.ts";
import type { BenchSession, Target } from "../targets/target.ts";

const SIZE = { width: 1280, height: 720 };
/** As the live view asks for it. */
const QUALITY = 70;
const CLICKS = 40;
const WARM_UP_CLICKS = 5;
const WATCHED_MS = 4000;
const VIEWERS = 20;
const PATIENCE_MS = 5000;

/** A click changes all of it, once. */
const TOGGLES =
  "document.body.style.cssText = 'margin:0;height:100vh;background:#fff';" +
  "onmousedown = () => { document.body.style.background = document.body.style.background === 'rgb(0, 0, 0)' ? '#fff' : '#000'; };";
const MOVES =
  "document.body.innerHTML = '<canvas width=1280 height=720></canvas>'; document.body.style.margin = 0;" +
  "const c = document.querySelector('canvas').getContext('2d'); let n = 0;" +
  "(function draw() { n += 1; c.fillStyle = `hsl(${(n * 7) % 360} 80% 50%)`;" +
  " c.fillRect((n * 31) % 1280, (n * 17) % 720, 160, 120); requestAnimationFrame(draw); })();";

/** Somebody who looks at a tab and clicks in it. */
interface Watcher {
  /** Hears of every frame when it has arrived. */
  onFrame: (() => void) | undefined;
  press(): void;
  close(): void;
}

/** What a person gets through the live view, beside a CDP client with a screencast of its own on a bare browser. */
export async function measureLive(round: Round): Promise<void> {
  const [chromium, berth] = ["chromium", "berth"].map((name) => round.targets.find((target) => target.name === name));
  if (!chromium || !berth) throw new Error("The live view is compared with a bare browser.");
  await interleave(round, { over: [chromium, berth], times: round.settings.viewedSessions }, async (target, turn) => {
    const pair = `${round.number}.${turn}`;
    await onSession(round, target, async ({ client, page, session }) => {
      const look = () => watch(target, { client, page, session });
      const note = (metric: string, value: number): void =>
        round.recorder.record({ metric, target: target.name, pair, value });
      note("live.paint", await paintTime({ client, page }, look));
      note("live.rate", await frameRate({ client, page }, look));
      if (target === berth) note("live.crowd", await crowdRate({ client, page }, look));
    });
  });
}

interface Tab {
  readonly client: CdpClient;
  readonly page: string;
}

async function onSession(
  round: Round,
  target: Target,
  work: (tab: Tab & { readonly session: BenchSession }) => Promise<void>,
): Promise<void> {
  const session = await target.createSession();
  const client = await CdpClient.open(session.cdpUrl);
  const page = await attachToPage(client);
  await client.send("Emulation.setDeviceMetricsOverride", { ...SIZE, deviceScaleFactor: 1, mobile: false }, page);
  await client.send("Page.navigate", { url: round.site.helloUrl }, page);
  // The document before it would take what is said next.
  while (!(await isLoaded({ client, page }, round.site.helloUrl))) await sleep(20);
  await work({ client, page, session });
  client.close();
  await session.release();
  await settle();
}

async function isLoaded({ client, page }: Tab, url: string): Promise<boolean> {
  const expression = `document.readyState === "complete" && location.href === ${JSON.stringify(url)}`;
  const { result } = await client.send("Runtime.evaluate", { expression, returnByValue: true }, page);
  const { value } = (result?.["result"] ?? {}) as { readonly value?: unknown };
  return value === true;
}

async function show({ client, page }: Tab, expression: string): Promise<void> {
  await client.send("Runtime.evaluate", { expression: `{ ${expression} }` }, page);
  await sleep(300);
}

/** From a press of the mouse to the frame that shows what came of it. */
async function paintTime(tab: Tab, look: () => Promise<Watcher>): Promise<number> {
  await show(tab, TOGGLES);
  const watcher = await look();
  await sleep(500);
  const times: number[] = [];
  for (let click = 0; click < WARM_UP_CLICKS + CLICKS; click += 1) {
    const startedAt = performance.now();
    const seen = framed(watcher);
    watcher.press();
    await seen;
    if (click >= WARM_UP_CLICKS) times.push(performance.now() - startedAt);
    await sleep(60);
  }
  watcher.close();
  return quantile(times, 0.5);
}

function framed(watcher: Watcher): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no frame came of a press of the mouse")), PATIENCE_MS);
    watcher.onFrame = () => {
      clearTimeout(timer);
      watcher.onFrame = undefined;
      resolve();
    };
  });
}

/** Frames a second of a page that is always changing. */
async function frameRate(tab: Tab, look: () => Promise<Watcher>): Promise<number> {
  await show(tab, MOVES);
  const watcher = await look();
  const rate = await rateOf([watcher]);
  watcher.close();
  return rate[0] ?? 0;
}

/** The same for the slowest of many who look at once. */
async function crowdRate(tab: Tab, look: () => Promise<Watcher>): Promise<number> {
  await show(tab, MOVES);
  const watchers = await Promise.all(Array.from({ length: VIEWERS }, look));
  const rates = await rateOf(watchers);
  for (const watcher of watchers) watcher.close();
  return Math.min(...rates);
}

async function rateOf(watchers: readonly Watcher[]): Promise<readonly number[]> {
  await sleep(500);
  const counts = watchers.map(() => 0);
  for (const [index, watcher] of watchers.entries()) watcher.onFrame = () => (counts[index] = (counts[index] ?? 0) + 1);
  const startedAt = performance.now();
  await sleep(WATCHED_MS);
  const seconds = (performance.now() - startedAt) / 1000;
  return counts.map((count) => count / seconds);
}

function watch(target: Target, tab: Tab & { readonly session: BenchSession }): Promise<Watcher> {
  return target.name === "berth" ? watchLive(tab.session) : watchRaw(tab);
}

/** Its session may have ended meanwhile. */
const ignore = (): undefined => undefined;
const PRESS = { x: 100, y: 100, button: "left", clickCount: 1 } as const;

async function watchRaw({ client, page }: Tab): Promise<Watcher> {
  const watcher: Watcher = {
    onFrame: undefined,
    press: () => {
      for (const type of ["mousePressed", "mouseReleased"]) {
        client.send("Input.dispatchMouseEvent", { type, ...PRESS }, page).catch(ignore);
      }
    },
    close: () => {
      client.onEvent = undefined;
      client.send("Page.stopScreencast", {}, page).catch(ignore);
    },
  };
  client.onEvent = (message) => {
    if (!message.subarray(0, 40).includes('{"method":"Page.screencastFrame"')) return;
    const [, sessionId] = /"sessionId":(\d+)\}/.exec(message.subarray(-300).toString("latin1")) ?? [];
    client.send("Page.screencastFrameAck", { sessionId: Number(sessionId) }, page).catch(ignore);
    watcher.onFrame?.();
  };
  await client.send("Page.enable", {}, page);
  await client.send("Page.startScreencast", { format: "jpeg", quality: QUALITY }, page);
  return watcher;
}

async function watchLive(session: BenchSession): Promise<Watcher> {
  const url = new URL(((await session.liveViewUrl?.()) ?? "").replace(/^http/, "ws"));
  url.pathname += "/socket";
  const socket = new WebSocket(url.href, { perMessageDeflate: false });
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const watcher: Watcher = {
    onFrame: undefined,
    press: () => {
      for (const event of ["down", "up"]) {
        send({ type: "mouse", event, ...PRESS, buttons: event === "down" ? 1 : 0, modifiers: 0 });
      }
    },
    close: () => socket.close(),
  };
  socket.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) return;
    send({ type: "ack", frame: data.readUInt32LE(0) });
    watcher.onFrame?.();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  send({ type: "size", width: 4096, height: 4096 });
  return watcher;
}
