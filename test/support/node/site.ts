import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A website on the loopback address for sessions to browse. */
export interface Site {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const page =
  (title: string, body = ""): Handler =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}`,
    );
  };

const script =
  (source: string): Handler =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "text/javascript" });
    response.end(source);
  };

const json =
  (value: object): Handler =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };

const ANSWERING_WORKER = 'onmessage = ({ data }) => postMessage("worker heard " + data);';
const SHARED_WORKER = 'onconnect = ({ ports: [port] }) => { port.onmessage = () => port.postMessage("shared"); };';
const SERVICE_WORKER =
  "oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim());" +
  'onfetch = (event) => { if (event.request.url.endsWith("/from-worker")) event.respondWith(new Response("service")); };';

const HANDLERS: Readonly<Record<string, Handler>> = {
  "/": page("Home", '<a id="second" href="/second">second</a>'),
  "/second": page("Second"),
  "/third": page("Third"),
  "/frames": page("Frames", '<iframe name="inner" src="/second"></iframe>'),
  "/popups": page(
    "Popups",
    `<a id="blank" target="_blank" href="/second">opener-less</a>
     <button id="open" onclick="window.open('/third')">open</button>
     <button id="noopener" onclick="window.open('/second', '_blank', 'noopener')">noopener</button>`,
  ),
  "/workers": page("Workers"),
  "/worker.js": script(ANSWERING_WORKER),
  "/shared-worker.js": script(SHARED_WORKER),
  "/service-worker.js": script(SERVICE_WORKER),
  "/form": page("Form", '<form method="post" action="/submitted"><input name="word"><button>send</button></form>'),
  "/submitted": (request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => page("Submitted", `<p id="word">${body.replaceAll(/[<&]/g, "")}</p>`)(request, response));
  },
  "/api/value": json({ from: "site" }),
  "/redirect": (_request, response) => response.writeHead(302, { location: "/second" }).end(),
  "/report": (_request, response) => {
    response.writeHead(200, { "content-type": "text/csv", "content-disposition": 'attachment; filename="report.csv"' });
    response.end("a,b\n1,2\n");
  },
};

/** Serves the site on a free port. */
export async function serveSite(): Promise<Site> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    requests.push(pathname);
    const handler = HANDLERS[pathname];
    if (handler) handler(request, response);
    else response.writeHead(404).end();
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}
