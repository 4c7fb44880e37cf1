import { readFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { root } from "../../../scripts/local/paths.ts";
import { type Detector, DETECTORS, detectorPage, LIBRARIES, type Verdicts } from "./detector-pages.ts";

interface Told {
  readonly value?: unknown;
  readonly error?: string;
}

const VERDICT_WITHIN_MS = 15_000;

/** A website with a page for each detector. Pages tell the server what they found: nobody has to ask them. */
export class DetectorSite {
  readonly #visits = new Map<string, (told: Told) => void>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async serve(): Promise<DetectorSite> {
    const site = new DetectorSite();
    await new Promise<void>((resolve) => site.#server.listen(0, "127.0.0.1", resolve));
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Has `go` open a detector's page; answers what the detector found. */
  async ask<Asked extends Detector>(
    detector: Asked,
    go: (url: string) => Promise<unknown>,
    start: "now" | "when clicked" = "now",
  ): Promise<Verdicts[Asked]> {
    const visit = String(this.#visits.size);
    const { promise, resolve } = Promise.withResolvers<Told>();
    this.#visits.set(visit, resolve);
    const timer = setTimeout(() => resolve({ error: "no verdict in time" }), VERDICT_WITHIN_MS);
    try {
      await go(`${this.origin}/${detector}?visit=${visit}${start === "now" ? "&now" : ""}`);
      const { value, error } = await promise;
      if (error !== undefined) throw new Error(`${detector}: ${error}`);
      return value as Verdicts[Asked];
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    const library = LIBRARIES[pathname];
    const detector = pathname.slice(1);
    if (library !== undefined) {
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8" });
      response.end(readFileSync(join(root, "node_modules", library)));
    } else if (detector in DETECTORS) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(detectorPage(detector as Detector));
    } else if (pathname === "/verdict") {
      const told = JSON.parse(await text(request)) as Told;
      response.writeHead(204).end();
      this.#visits.get(searchParams.get("visit") ?? "")?.(told);
    } else {
      response.writeHead(404).end();
    }
  }
}
