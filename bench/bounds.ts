import type { BundleFacts } from "./measures/bundle.ts";
import { difference, type Recorder } from "./recorder.ts";
import type { Spread } from "./stats.ts";

/** A bound that Berth holds, or does not. `value` is absent where nothing was measured. */
export interface Bound {
  readonly what: string;
  readonly limit: string;
  readonly value: Spread | undefined;
  readonly unit: string;
  readonly holds: boolean | undefined;
}

/** Messages of one call: the command and its answer. */
const MESSAGES = 2;
const RATIO = "×";

/**
 * Of a session that has ended. Some 0.1 MiB is left over the pipe that is not in the Worker's isolate, in part the
 * emulator's, which keeps more of a session of Berth. An object that stays is a quarter of a MiB, most of it its
 * database. Live objects are counted after a full collection, and code that is still being compiled adds half a KiB to
 * a cycle: a map that kept every session's record, of one KiB and more, would be above this.
 */
const LEFT_MIB = 0.15;
const LEFT_KIB = 1.5;

/** What a person takes for immediate. */
const LONGEST_PAUSE_MS = 100;

/** A limit and what was measured against it. */
interface Measured {
  readonly value: Spread | undefined;
  readonly limit: number;
  readonly unit: string;
}

/** The bounds of the design, judged by the medians of paired values. */
export function judgeBounds(recorder: Recorder, bundle: BundleFacts | undefined): Bound[] {
  return [...muxBounds(recorder), ...otherBounds(recorder, bundle)];
}

function muxBounds(recorder: Recorder): Bound[] {
  const pair = { of: "berth", to: "pipe" } as const;
  const added = (metric: string, messages: number) => ({
    value: recorder.paired(metric, pair, (berth, pipe) => difference(berth, pipe) / messages),
    limit: 20,
    unit: "µs",
  });
  const against = (metric: string, limit: number) => ({ value: recorder.paired(metric, pair), limit, unit: RATIO });
  return [
    atMost("CPU that a small message costs over the pipe, one at a time", added("roundtrip.cpu", MESSAGES)),
    atMost("CPU that a small message costs over the pipe, 64 in flight", added("inflight.cpu", MESSAGES)),
    atMost("CPU that an event costs over the pipe, in the storm", added("storm.cpu", 1)),
    atMost("round trip p50 to a page, Berth to pipe", against("roundtrip.p50", 1.05)),
    atMost("round trip p50 of Browser.getVersion, Berth to pipe", against("root.p50", 1.05)),
    atLeast("event storm, Berth to pipe", against("storm.rate", 1.2)),
    atLeast("64 in flight, Berth to pipe", against("inflight.rate", 0.95)),
    atLeast("30 MB result, Berth to pipe", against("result30", 1)),
    noneLost(recorder),
  ];
}

function otherBounds(recorder: Recorder, bundle: BundleFacts | undefined): Bound[] {
  const create = recorder.paired("create", { of: "berth", to: "chromium" });
  const size = bundle && exactly(bundle.gzipKib, 1);
  const idle = recorder.spread("idle.cpu", "berth");
  const left = recorder.paired("cycles.slope", { of: "berth", to: "pipe" }, difference);
  const live = recorder.spread("cycles.heap", "berth");
  return [
    atMost("create, Berth to the bare browser's start", { value: create, limit: 1.1, unit: RATIO }),
    ...stealthBounds(recorder),
    atMost("page with 100 subresources through a proxy, Berth to the bare browser", {
      value: recorder.paired("proxy.page", { of: "berth", to: "chromium" }),
      limit: 1.15,
      unit: RATIO,
    }),
    ...profileBounds(recorder),
    ...recordingBounds(recorder),
    ...liveBounds(recorder),
    ...adblockBounds(recorder),
    atMost("bundle, compressed with gzip", { value: size, limit: 500, unit: "KiB" }),
    atMost("start-up of the bundle, active time", { value: bundle?.startUpMs, limit: 200, unit: "ms" }),
    atMost("CPU of an idle session", { value: idle, limit: 0.5, unit: "% of a core" }),
    atMost("memory that a session leaves behind, over the pipe", { value: left, limit: LEFT_MIB, unit: "MiB" }),
    atMost("live objects that a session leaves in Berth's isolate", { value: live, limit: LEFT_KIB, unit: "KiB" }),
  ];
}

function stealthBounds(recorder: Recorder): Bound[] {
  return (["standard", "max"] as const).flatMap((level) => {
    const create = recorder.spread(`stealth.create.${level}`, "berth");
    const page = recorder.spread(`stealth.page.${level}`, "berth");
    return [
      atMost(`create at stealth ${level}, over none`, { value: create, limit: 30, unit: "ms" }),
      atMost(`page with 100 subresources at stealth ${level}, to none`, { value: page, limit: 1.1, unit: RATIO }),
    ];
  });
}

function adblockBounds(recorder: Recorder): Bound[] {
  const of = (metric: string) => recorder.spread(metric, "berth");
  const page = { value: of("adblock.page"), limit: 1.15, unit: RATIO };
  const heavy = { value: of("adblock.heavy"), limit: 1, unit: RATIO };
  return [
    atMost("page with 100 subresources, ads blocked to not", page),
    atMost("the same with 80 ads, ads blocked to not", heavy),
  ];
}

function profileBounds(recorder: Recorder): Bound[] {
  const atMostMs = (what: string, metric: string, limit: number): Bound =>
    atMost(what, { value: recorder.spread(metric, "berth"), limit, unit: "ms" });
  return [
    atMostMs("create with a profile of 20 origins, over without", "profile.create", 150),
    atMostMs("first visit of an origin of a profile, over without", "profile.visit", 200),
    atMostMs("longest round trip while 20 origins are saved", "profile.calls.longest", LONGEST_PAUSE_MS),
  ];
}

function recordingBounds(recorder: Recorder): Bound[] {
  const atMostTimes = (what: string, metric: string): Bound =>
    atMost(what, { value: recorder.spread(metric, "berth"), limit: 1.25, unit: RATIO });
  return [
    atMostTimes("page with 100 subresources with everything recorded, to nothing", "recording.page"),
    atMostTimes("round trip on a page that changes with everything recorded, to nothing", "recording.calls"),
  ];
}

/** A client with a screencast of its own has no server in between, and one viewer. */
function liveBounds(recorder: Recorder): Bound[] {
  const against = (metric: string, limit: number) => {
    return { value: recorder.paired(metric, { of: "berth", to: "chromium" }), limit, unit: RATIO };
  };
  return [
    atMost("press of the mouse to the frame that shows it, live view to a screencast", against("live.paint", 1.5)),
    atLeast("frames of a page that always changes, live view to a screencast", against("live.rate", 0.7)),
  ];
}

function atMost(what: string, { value, limit, unit }: Measured): Bound {
  return { what, limit: `≤ ${limit} ${unit}`, value, unit, holds: value && value.median <= limit };
}

function atLeast(what: string, { value, limit, unit }: Measured): Bound {
  return { what, limit: `≥ ${limit} ${unit}`, value, unit, holds: value && value.median >= limit };
}

/** Over all rounds: one is too many. */
function noneLost(recorder: Recorder): Bound {
  const lost = recorder.sum("storm.lost", "berth");
  const disordered = recorder.sum("storm.disordered", "berth");
  const samples = recorder.spread("storm.lost", "berth")?.samples ?? 0;
  const value = lost === undefined || disordered === undefined ? undefined : exactly(lost + disordered, samples);
  const what = "console events lost or out of order, all rounds";
  return { what, limit: "0", value, unit: "events", holds: value && value.median === 0 };
}

const exactly = (value: number, samples: number): Spread => ({ median: value, q1: value, q3: value, samples });
