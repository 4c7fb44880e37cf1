import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { root } from "../../../scripts/local/paths.ts";

/** A website that serves public detectors as their packages ship them, one page for each. */
export interface DetectorSite {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

const LIBRARIES: Readonly<Record<string, string>> = {
  "/lib/botd.js": "@fingerprintjs/botd/dist/botd.esm.js",
  "/lib/fpscanner.js": "fpscanner/dist/fpScanner.es.js",
  "/lib/headless-detector.js": "headless-detector/scripts/headless-detector.js",
  "/lib/fingerprintjs.js": "@fingerprintjs/fingerprintjs/dist/fp.esm.js",
};

/** Each page keeps its detector's result in the promise `verdict`; a caller reads it when it wants to. */
const PAGES: Readonly<Record<string, string>> = {
  "/botd": `<script type="module">
    import { load } from "/lib/botd.js";
    window.verdict = load({ monitoring: false }).then((agent) => {
      const bot = agent.detect();
      const detections = Object.entries(agent.getDetections());
      return { bot, found: detections.filter(([, { bot }]) => bot).map(([name]) => name), checks: detections.length };
    });
  </script>`,
  "/fpscanner": `<script type="module">
    import FingerprintScanner from "/lib/fpscanner.js";
    window.verdict = new FingerprintScanner().collectFingerprint({ encrypt: false }).then((result) => {
      const detections = Object.entries(result.fastBotDetectionDetails);
      return {
        bot: result.fastBotDetection,
        found: detections.filter(([, { detected }]) => detected).map(([name]) => name),
        checks: detections.length,
        signals: result.signals,
      };
    });
  </script>`,
  "/headless-detector": `<script src="/lib/headless-detector.js"></script><script>
    window.verdict = detectHeadless();
  </script>`,
  "/fingerprintjs": `<script type="module">
    import { load } from "/lib/fingerprintjs.js";
    window.verdict = load({ monitoring: false }).then((agent) => agent.get());
  </script>`,
};

/** Serves the detectors on a free port. */
export async function serveDetectors(): Promise<DetectorSite> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const library = LIBRARIES[pathname];
    const page = PAGES[pathname];
    if (library !== undefined) {
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" });
      response.end(readFileSync(join(root, "node_modules", library)));
    } else if (page !== undefined) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>${pathname}</title><body>${page}`);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
