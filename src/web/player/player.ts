import { element } from "../page-kit/elements.ts";
import { clockTime } from "./format.ts";
import { LogView } from "./log-view.ts";
import { Playback } from "./playback.ts";
import {
  type LogEvent,
  readHar,
  readIndex,
  readLog,
  readScreenshots,
  type RecordingIndex,
  type Screenshot,
} from "./recording.ts";
import { ScreenshotsView } from "./screenshots-view.ts";
import { type Mark, Scrubber } from "./scrubber.ts";
import { Stage } from "./stage.ts";
import { type Tab, tabList } from "./tabs.ts";
import { Waterfall } from "./waterfall.ts";

const isReady = ({ recordings }: RecordingIndex, wanted: string): boolean =>
  recordings.some(({ type, status }) => type === wanted && status === "ready");

const FAILED = "This part of the recording cannot be read.";

/** A pane that says so when it cannot be had. */
async function paneOf(name: string, label: string, load: () => Promise<HTMLElement>): Promise<Tab> {
  const failed = (): HTMLElement => element("section", { class: "pane" }, element("p", { class: "note" }, FAILED));
  return { name, label, pane: await load().catch(failed) };
}

function marksOf(events: readonly LogEvent[], shots: readonly Screenshot[], startedAt: number): readonly Mark[] {
  const marked = events.flatMap(({ type, at, text, url }): Mark[] =>
    type === "navigation" || type === "exception"
      ? [{ atMs: at - startedAt, kind: type, label: text ?? url ?? type }]
      : [],
  );
  const taken = shots.map(({ at, url }): Mark => ({ atMs: at - startedAt, kind: "screenshot", label: url }));
  return [...marked, ...taken];
}

async function show(root: HTMLElement): Promise<void> {
  const index = await readIndex();
  const { sessionId, startedAt, durationMs, recordings } = index;
  if (recordings.length === 0) throw new Error("Nothing was recorded of this session, or it is not kept any more.");
  const playback = new Playback(durationMs);
  const stage = new Stage(playback, startedAt);
  const scrubber = new Scrubber(playback);
  const when = `${new Date(startedAt).toLocaleString()}, ${clockTime(durationMs)}`;
  const header = element("header", { class: "top" }, element("h1", {}, sessionId), element("span", {}, when));
  const film = element("div", { class: "film" }, stage.root, scrubber.root);
  root.replaceChildren(header, film);

  const events = isReady(index, "log") ? await readLog().catch(() => []) : [];
  const shots = isReady(index, "screenshots") ? await readScreenshots().catch(() => []) : [];
  stage.useScreenshots(shots);
  stage.useVideo(
    recordings.find(({ type }) => type === "video"),
    readIndex,
  );
  scrubber.setMarks(marksOf(events, shots, startedAt));
  const tabs: Promise<Tab>[] = [];
  if (isReady(index, "har")) {
    tabs.push(paneOf("network", "Network", async () => new Waterfall(await readHar(), startedAt, playback).root));
  }
  if (isReady(index, "log")) {
    tabs.push(paneOf("log", "Log", () => Promise.resolve(new LogView(events, startedAt, playback).root)));
  }
  if (isReady(index, "screenshots")) {
    const view = (): HTMLElement => new ScreenshotsView(shots, startedAt, playback).root;
    tabs.push(paneOf("screenshots", "Screenshots", () => Promise.resolve(view())));
  }
  root.append(tabList(await Promise.all(tabs)));
}

const root = document.getElementById("player");
if (root !== null) {
  show(root).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    root.replaceChildren(element("p", { class: "note", role: "alert" }, message));
  });
}
