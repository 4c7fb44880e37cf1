import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  addressOf,
  type ContextKind,
  documentSource,
  pageSource,
  type Visit,
  workerSource,
} from "./coverage-scripts.ts";

/** What a script read in its context; whatever the context does not have is missing. */
export type Observation = Readonly<Record<string, unknown>>;

/** What a context was, whichever of its requests or reports says so. */
export interface Sighting {
  readonly run: string;
  readonly kind: ContextKind;
  /** `report` for what a script read, else the kind of request whose headers these are. */
  readonly source: "report" | "document" | "script" | "subresource";
  readonly values: Observation;
}

/** The headers that are noted of every request. */
export const HEADERS: ReadonlySet<string> = new Set([
  "user-agent",
  "accept-language",
  "sec-ch-ua",
  "sec-ch-ua-mobile",
  "sec-ch-ua-platform",
]);
const COMPLETE_WITHIN_MS = 20_000;

/** A site of two origins that notes how every kind of context presents the browser. */
export class CoverageSite {
  readonly #sightings: Sighting[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async serve(): Promise<CoverageSite> {
    const site = new CoverageSite();
    // Both names of the loopback address, "localhost" perhaps by IPv6.
    await new Promise<void>((resolve) => site.#server.listen(0, resolve));
    return site;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #visit(run: string): Visit {
    return { run, origin: `http://127.0.0.1:${this.#port}`, otherOrigin: `http://localhost:${this.#port}` };
  }

  /** Where a client takes a tab; `page` brings most of the others about. */
  urlOf(run: string, kind: Extract<ContextKind, `page${string}`>): string {
    const { origin, otherOrigin } = this.#visit(run);
    return addressOf(kind === "page-cross-site-navigation" ? otherOrigin : origin, "/document", { run, kind });
  }

  /** What has been seen in a run so far. */
  sightingsOf(run: string): readonly Sighting[] {
    return this.#sightings.filter((sighting) => sighting.run === run);
  }

  /** Resolves with those of `kinds` that have not reported: none, unless that takes too long. */
  async missing(run: string, kinds: readonly ContextKind[]): Promise<ContextKind[]> {
    const left = () => {
      const reports = this.sightingsOf(run).filter(({ source }) => source === "report");
      return kinds.filter((kind) => !reports.some((report) => report.kind === kind));
    };
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const check = () => left().length === 0 && finish();
      const timer = setTimeout(finish, COMPLETE_WITHIN_MS);
      this.#waiting.add(check);
      check();
    });
    return left();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    const run = searchParams.get("run") ?? "";
    const kind = searchParams.get("kind") as ContextKind;
    const visit = this.#visit(run);
    const note = (source: Sighting["source"], values: Observation) => this.#note({ run, kind, source, values });
    const headers = pick(request.headers);
    switch (pathname) {
      case "/report":
        note("subresource", headers);
        note("report", JSON.parse(await text(request)) as Observation);
        return void response.writeHead(204).end();
      case "/document":
        note("document", headers);
        response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
        return void response.end(kind === "page" ? pageSource(visit) : documentSource(visit, kind));
      case "/worker.js":
        note("script", headers);
        response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" });
        return void response.end(workerSource(visit, kind));
      case "/subresource.js":
        note("subresource", headers);
        response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" });
        return void response.end("");
      default:
        return void response.writeHead(404).end();
    }
  }

  #note(sighting: Sighting): void {
    this.#sightings.push(sighting);
    for (const check of this.#waiting) check();
  }
}

const pick = (headers: IncomingHttpHeaders): Observation =>
  Object.fromEntries([...HEADERS].map((name) => [name, headers[name]]));
