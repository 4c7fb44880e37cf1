import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runDir } from "../../../../scripts/local/paths.ts";
import { Api } from "../api.ts";
import { startBerthServer } from "../berth-server.ts";
import { Sessions, test as base } from "../test.ts";

/** What a page of the tests' web is, and who asked for what. */
export interface Web {
  readonly port: number;
  /** URLs that were asked for, without queries, in order. */
  readonly asked: readonly string[];
  /** Answers every request for this URL, on any host. */
  serve(url: string, answer: Answer): void;
  forget(): void;
  close(): Promise<void>;
}

export type Answer = string | ((request: IncomingMessage, response: ServerResponse) => void);

/** A transparent pixel. */
const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/** One server that is every host of the web, over plain HTTP. */
export async function serveWeb(): Promise<Web> {
  const asked: string[] = [];
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://host");
    const url = `http://${request.headers.host ?? ""}${pathname}`;
    asked.push(url);
    const answer = answers.get(url);
    if (typeof answer === "function") return answer(request, response);
    response.setHeader("cache-control", "no-store");
    if (answer !== undefined) return void response.setHeader("content-type", "text/html; charset=utf-8").end(answer);
    const [type, body] = bodyFor(pathname);
    response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked,
    serve: (url, answer) => void answers.set(url, answer),
    forget: () => void (asked.length = 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bodyFor(pathname: string): readonly [string, string | Buffer] {
  if (pathname.endsWith(".js")) return ["text/javascript", ""];
  if (pathname.endsWith(".css")) return ["text/css", ""];
  if (pathname.endsWith(".json")) return ["application/json", "{}"];
  if (/\.(gif|png|jpg|ico)$/.test(pathname)) return ["image/gif", GIF];
  return ["text/html", "<!doctype html><p>frame</p>"];
}

/** Fixtures for sessions whose whole internet is one server of the test's. */
export const test = base
  .extend("web", { scope: "file" }, async ({}, { onCleanup }) => {
    const web = await serveWeb();
    onCleanup(() => web.close());
    return web;
  })
  .extend("webApi", { scope: "file" }, async ({ web }, { onCleanup }) => {
    const { server, stop } = await startBerthServer(join(runDir(), `web-${web.port}`), undefined, {
      // As a proxy it is asked for every host but the machine's own.
      BERTH_CHROME_FLAGS: `--proxy-server=http://127.0.0.1:${web.port}`,
    });
    onCleanup(stop);
    return new Api(server);
  })
  .extend("surfers", async ({ webApi }, { onCleanup }) => {
    const sessions = new Sessions(webApi);
    onCleanup(() => sessions.endAll());
    return sessions;
  });
