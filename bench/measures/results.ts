import { interleave, metered, type OpenSession, type Round } from "../round.ts";

const BYTES_PER_MB = 1e6;
const RESULTS = [
  { metric: "result8", megabytes: 8 },
  { metric: "result30", megabytes: 30 },
] as const;

/** A picture of noise compresses badly: its PNG has nearly three bytes a pixel. */
const WIDTH = 1000;
const HEIGHT = 700;
const DRAW_NOISE = `{
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: ${WIDTH}, height: ${HEIGHT} });
  document.documentElement.style.cssText = document.body.style.cssText = "margin:0";
  document.body.replaceChildren(canvas);
  const context = canvas.getContext("2d");
  const image = context.createImageData(${WIDTH}, ${HEIGHT});
  let state = 1;
  for (let at = 0; at < image.data.length; at += 1) {
    state = (state * 48271) % 2147483647;
    image.data[at] = at % 4 === 3 ? 255 : state >> 8;
  }
  context.putImageData(image, 0, 0);
}`;

/** Long strings out of a page, and a screenshot. */
export async function measureResults(round: Round, sessions: readonly OpenSession[]): Promise<void> {
  for (const result of RESULTS) await measureString(round, sessions, result);
  await measureScreenshot(round, sessions);
}

async function measureString(
  round: Round,
  sessions: readonly OpenSession[],
  { metric, megabytes }: (typeof RESULTS)[number],
): Promise<void> {
  const { settings, recorder, number } = round;
  const params = { expression: `"x".repeat(${megabytes * BYTES_PER_MB})`, returnByValue: true };
  await interleave(round, { over: sessions, times: settings.results }, async (session, turn) => {
    const { client, page, target } = session;
    const { ms, cpu, result } = await metered(target, () => client.sendPatiently("Runtime.evaluate", params, page));
    if (result.bytes < megabytes * BYTES_PER_MB) throw new Error(`${target.name}: only ${result.bytes} bytes came`);
    const common = { target: target.name, pair: `${number}.${turn}` };
    recorder.record({ ...common, metric, value: (megabytes * 1000) / ms });
    if (metric !== "result30" || target.serverPids.length === 0) return;
    recorder.record({ ...common, metric: "result30.cpu", value: cpu / megabytes });
  });
}

async function measureScreenshot(round: Round, sessions: readonly OpenSession[]): Promise<void> {
  const { settings, recorder, number } = round;
  const metrics = { width: WIDTH, height: HEIGHT, deviceScaleFactor: 1, mobile: false };
  for (const { client, page } of sessions) {
    await client.send("Emulation.setDeviceMetricsOverride", metrics, page);
    await client.send("Runtime.evaluate", { expression: DRAW_NOISE }, page);
    await client.sendPatiently("Page.captureScreenshot", { format: "png" }, page);
  }
  await interleave(round, { over: sessions, times: settings.results + 1 }, async ({ client, page, target }, turn) => {
    const { ms } = await metered(target, () => client.sendPatiently("Page.captureScreenshot", { format: "png" }, page));
    recorder.record({ metric: "screenshot", target: target.name, pair: `${number}.${turn}`, value: ms });
  });
}
