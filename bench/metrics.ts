/** What is measured, as the tables name it. */
export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
}

const lower = (id: string, title: string, unit: string): Metric => ({ id, title, unit, better: "lower" });
const higher = (id: string, title: string, unit: string): Metric => ({ id, title, unit, better: "higher" });

/** Quantiles of the time that one call takes, and what it costs the server. */
const latency = (id: string, title: string): Metric[] => [
  lower(`${id}.p50`, `${title}, p50`, "µs"),
  lower(`${id}.p95`, `${title}, p95`, "µs"),
  lower(`${id}.p99`, `${title}, p99`, "µs"),
  lower(`${id}.cpu`, `${title}, server CPU`, "µs/call"),
];

/** In the order of the tables. */
export const METRICS: readonly Metric[] = [
  lower("create", "create: POST to the first CDP answer", "ms"),
  lower("hello.create", "hello-browser: create", "ms"),
  lower("hello.connect", "hello-browser: connectOverCDP", "ms"),
  lower("hello.goto", "hello-browser: goto", "ms"),
  lower("hello.release", "hello-browser: release", "ms"),
  lower("hello.total", "hello-browser: all four", "ms"),
  lower("attach", "connect to a live session, to the first CDP answer", "ms"),
  ...latency("roundtrip", "round trip, Runtime.evaluate in a page"),
  ...latency("root", "round trip, Browser.getVersion"),
  higher("inflight.rate", "64 in flight", "calls/s"),
  lower("inflight.cpu", "64 in flight, server CPU", "µs/call"),
  higher("result8", "8 MB result", "MB/s"),
  higher("result30", "30 MB result", "MB/s"),
  lower("result30.cpu", "30 MB result, server CPU", "ms/MB"),
  lower("screenshot", "screenshot of about 2 MB", "ms"),
  higher("storm.rate", "20,000 console events", "events/s"),
  lower("storm.cpu", "20,000 console events, server CPU", "µs/event"),
  lower("storm.lost", "console events lost", "events"),
  lower("storm.disordered", "console events out of order", "events"),
  lower("page.puppeteer", "page with 100 subresources, Puppeteer", "ms"),
  lower("page.playwright", "page with 100 subresources, Playwright", "ms"),
  lower("stealth.create.standard", "create at stealth standard, over none", "ms"),
  lower("stealth.create.max", "create at stealth max, over none", "ms"),
  lower("stealth.page.standard", "page with 100 subresources at stealth standard, to none", "×"),
  lower("stealth.page.max", "page with 100 subresources at stealth max, to none", "×"),
  lower("proxy.create", "create through a proxy, over without", "ms"),
  lower("proxy.page", "page with 100 subresources through a proxy", "ms"),
  lower("profile.create", "create with a profile of 20 origins, over without", "ms"),
  lower("profile.visit", "first visit of an origin of the profile, over without", "ms"),
  lower("profile.dump", "reading and saving 20 origins of a running session", "ms"),
  lower("profile.calls.quiet", "round trips before, p99", "ms"),
  lower("profile.calls.p99", "round trips meanwhile, p99", "ms"),
  lower("profile.calls.longest", "round trips meanwhile, the longest", "ms"),
  lower("recording.page", "page with 100 subresources, recorded to not", "×"),
  lower("recording.calls", "round trip on a page that changes, p50, recorded to not", "×"),
  lower("recording.cpu.server", "server CPU of a recorded minute of such a page, over not recorded", "ms"),
  lower("recording.cpu.browser", "browser CPU of a recorded minute of such a page, over not recorded", "ms"),
  lower("live.paint", "press of the mouse to the frame that shows it, p50", "ms"),
  higher("live.rate", "frames of a page that always changes", "frames/s"),
  higher("live.crowd", "the same for the slowest of 20 viewers", "frames/s"),
  lower("adblock.page", "page with 100 subresources, ads blocked to not", "×"),
  lower("adblock.heavy", "the same with 80 ads, ads blocked to not", "×"),
  lower("idle.base", "memory of workerd, no session", "MB"),
  lower("idle.memory", "memory of workerd per idle session", "MB"),
  lower("idle.cpu", "server CPU per idle session", "% of a core"),
  lower("cycles.slope", "memory of workerd that a create, use, destroy leaves", "MiB"),
  lower("cycles.heap", "live objects in the Worker's isolate that it leaves", "KiB"),
  lower("cycles.first", "memory of workerd, before the cycles", "MiB"),
  lower("cycles.last", "memory of workerd, after them", "MiB"),
  lower("cycles.rest", "memory of workerd, two minutes later", "MiB"),
];
