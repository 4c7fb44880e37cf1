/** Public detectors as their packages ship them, by the path that pages import them from. */
export const LIBRARIES: Readonly<Record<string, string>> = {
  "/lib/botd.js": "@fingerprintjs/botd/dist/botd.esm.js",
  "/lib/fpscanner.js": "fpscanner/dist/fpScanner.es.js",
  "/lib/headless-detector.js": "headless-detector/scripts/headless-detector.js",
  "/lib/fingerprintjs.js": "@fingerprintjs/fingerprintjs/dist/fp.esm.js",
};

/** What a detector that is asked "bot or not" found. */
export interface BotVerdict {
  readonly bot: boolean;
  /** The checks that say so. */
  readonly found: readonly string[];
  readonly checks: number;
}

/** What a page can notice of a client that is at work in it. */
export interface Traces {
  /** How often the console read an error's parts, and formatted its stack. */
  readonly errorReads: Readonly<Record<"name" | "message" | "stack" | "prepareStackTrace", number>>;
  /** How many times longer it takes to log a large array than a word: whoever describes what is logged is slow. */
  readonly slowLogs: number;
  /** Stacks in which `probe()` and the button's listener were called. */
  readonly stacks: readonly string[];
  /** Global names that were not there when the page began. */
  readonly newGlobals: readonly string[];
}

export interface Verdicts {
  readonly botd: BotVerdict;
  readonly fpscanner: BotVerdict & { readonly renderer: string };
  readonly "headless-detector": {
    readonly isHeadless: number;
    readonly summary: { readonly detections: object[] };
    readonly fingerprintChecks: { readonly fonts: { readonly suspicious: boolean } };
  };
  readonly fingerprintjs: { readonly visitorId: string };
  readonly traces: Traces;
}
export type Detector = keyof Verdicts;

/** A module each, whose `detect` is what the page runs once it is told to. */
export const DETECTORS: Readonly<Record<Detector, string>> = {
  botd: `
    import { load } from "/lib/botd.js";
    const detect = async () => {
      const agent = await load({ monitoring: false });
      const { bot } = agent.detect();
      const detections = Object.entries(agent.getDetections());
      return { bot, found: detections.filter(([, { bot }]) => bot).map(([name]) => name), checks: detections.length };
    };`,
  fpscanner: `
    import FingerprintScanner from "/lib/fpscanner.js";
    const detect = async () => {
      const result = await new FingerprintScanner().collectFingerprint({ encrypt: false });
      const detections = Object.entries(result.fastBotDetectionDetails);
      return {
        bot: result.fastBotDetection,
        found: detections.filter(([, { detected }]) => detected).map(([name]) => name),
        checks: detections.length,
        renderer: result.signals.graphics.webGL.renderer,
      };
    };`,
  "headless-detector": `
    import "/lib/headless-detector.js";
    const detect = () => window.detectHeadless();`,
  fingerprintjs: `
    import { load } from "/lib/fingerprintjs.js";
    const detect = async () => {
      const agent = await load({ monitoring: false });
      return agent.get();
    };`,
  traces: `
    const detect = async () => {
      const errorReads = { name: 0, message: 0, stack: 0, prepareStackTrace: 0 };
      class Watched extends Error {}
      for (const part of ["name", "message", "stack"]) {
        Object.defineProperty(Watched.prototype, part, { get: () => (errorReads[part]++, part) });
      }
      const watched = new Watched();
      delete watched.stack;
      delete watched.message;
      Error.prepareStackTrace = () => (errorReads.prepareStackTrace++, "");
      for (const method of ["debug", "log", "error", "dir", "table"]) {
        console[method](watched);
        console[method](new Error("plain"));
      }
      delete Error.prepareStackTrace;
      const large = Array.from({ length: 1e6 }, (_, at) => at);
      const logging = (value, times) => {
        const began = performance.now();
        for (let at = 0; at < times; at += 1) console.debug(value);
        return (performance.now() - began) / times;
      };
      // The clock ticks in tenths of a millisecond: a hundred words take some of them.
      const word = logging("word", 100);
      const slowLogs = logging(large, 5) / Math.max(word, 0.001);
      const newGlobals = Object.getOwnPropertyNames(window).filter((name) => !atFirst.has(name));
      return { errorReads, slowLogs, stacks, newGlobals };
    };`,
};

/** The page of a detector: it runs when its button is clicked, at once if the address says `now`, and tells the server. */
export const detectorPage = (detector: Detector): string => `<!doctype html><html lang="en"><meta charset="utf-8">
  <title>${detector}</title>
  <script>
    var stacks = [];
    var probe = () => void stacks.push(new Error().stack);
    var atFirst = null;
    atFirst = new Set(Object.getOwnPropertyNames(window));
  </script>
  <body><button id="start">start</button>
  <script type="module">
    ${DETECTORS[detector]}
    const start = async () => {
      const verdict = await detect().then((value) => ({ value }), (error) => ({ error: String(error) }));
      await fetch("/verdict" + location.search, { method: "POST", body: JSON.stringify(verdict) });
    };
    document.querySelector("#start").addEventListener("click", () => (probe(), start()));
    if (new URLSearchParams(location.search).has("now")) start();
  </script>`;
