import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { WebSocketServer } from "ws";

/** A request as the site saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly requestBody: string;
  /** Bytes of the body as it was sent, and as pages read it. */
  readonly encodedBytes: number;
  readonly decodedBytes: number;
}

/** A website that keeps an exact account of what it was asked. */
export interface RecordingSite {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** The same site under a name of its own: its frames run in a process of their own. */
  readonly otherOrigin: string;
  readonly seen: readonly SeenRequest[];
  /** Texts that came over WebSockets. */
  readonly heard: readonly string[];
  close(): Promise<void>;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  /** Sent one after the other, with a pause in between. */
  readonly chunks?: readonly string[];
  /** The body is sent compressed. */
  readonly gzip?: boolean;
}

export const MANY = 500;
export const LARGE_BYTES = 400_000;
export const SECRET_HEADER = "Bearer secret-of-the-page";

const html = (title: string, body: string): Answer => ({
  headers: { "content-type": "text/html; charset=utf-8" },
  body: `<!doctype html><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">${body}`,
});
const json = (value: object): Answer => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});
const script = (body: string): Answer => ({ headers: { "content-type": "text/javascript" }, body });

/**
 * The counter page shows the epoch's tick in black and white blocks from its left upper corner, the lowest bit first.
 * Its global `drawn` says when it drew one: epoch milliseconds, in order.
 */
export const TICK_MS = 50;
export const COUNTER_BITS = 20;
/** CSS pixels. */
export const BLOCK = 40;

const colour = (title: string, background: string): Answer =>
  html(title, `<style>body{background:${background}}</style>`);

const PIXEL = Buffer.from("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=", "base64");

const SERVICE_WORKER = `
  oninstall = () => skipWaiting();
  onactivate = (event) => event.waitUntil(clients.claim());
  onfetch = (event) => {
    const { pathname } = new URL(event.request.url);
    if (pathname === "/sw/made-up") event.respondWith(new Response("made up"));
    else if (pathname === "/sw/passed-on") event.respondWith(fetch("/sw/from-worker?asked=by-worker"));
  };`;

const PAGES: Readonly<Record<string, (site: { origin: string; otherOrigin: string }) => Answer>> = {
  "/redirects": () => ({
    status: 301,
    headers: { location: "/redirects/2", "set-cookie": ["a=1; Path=/; HttpOnly", "b=2"] },
  }),
  "/redirects/2": () => ({ status: 302, headers: { location: "/redirected" }, body: "on we go" }),
  "/redirected": ({ otherOrigin }) =>
    html(
      "Redirected",
      `<img src="/pixel.gif"><img src="/missing.png"><script src="/script.js"></script>
       <iframe src="${otherOrigin}/framed"></iframe>
       <script>fetch("/moved").then((response) => response.text()).then(() => fetch("http://127.0.0.1:1/refused"))
         .catch(() => { document.title = "done"; });</script>`,
    ),
  "/moved": () => ({ status: 307, headers: { location: "/landed" } }),
  "/landed": () => json({ landed: true }),
  "/framed": () => html("Framed", '<script src="/framed.js"></script>'),
  "/posts": ({ otherOrigin }) =>
    html(
      "Posts",
      `<script>(async () => {
        const read = async (path, init) => (await fetch(path, init)).text();
        const post = (path, body, headers = {}) => read(path, { method: "POST", body, headers });
        await post("/echo/json", JSON.stringify({ word: "wörd" }), { "content-type": "application/json",
          authorization: ["Bearer", "secret-of-the-page"].join(" ") });
        await post("/echo/form", new URLSearchParams({ a: "1", b: "two words" }));
        const data = new FormData(); data.set("field", "value");
        await post("/echo/multipart", data);
        data.set("file", new Blob(["file content"]), "a.txt");
        await post("/echo/file", data);
        await post("/echo/bytes", new Uint8Array([1, 2, 3]));
        await read("/echo/put", { method: "PUT", body: "put" });
        await read("${otherOrigin}/cors", { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
        document.title = "done";
      })();</script>`,
    ),
  "/encodings": () =>
    html(
      "Encodings",
      `<script>(async () => {
        for (const path of ["/gzip", "/stream", "/large", "/empty", "/cached", "/cached", "/binary"]) {
          await (await fetch(path)).arrayBuffer();
        }
        const stream = new EventSource("/events");
        await new Promise((done) => stream.addEventListener("last", done));
        stream.close();
        document.title = "done";
      })();</script>`,
    ),
  "/sockets": ({ origin }) =>
    html(
      "Sockets",
      `<script>(async () => {
        const socket = new WebSocket("${origin.replace("http", "ws")}/socket?name=first");
        socket.binaryType = "arraybuffer";
        const next = () => new Promise((done) => socket.addEventListener("message", done, { once: true }));
        await new Promise((done) => socket.addEventListener("open", done));
        for (const text of ["one", "two"]) { const heard = next(); socket.send(text); await heard; }
        const heard = next(); socket.send(new Uint8Array([250, 251])); await heard;
        const closed = new Promise((done) => socket.addEventListener("close", done)); socket.close(); await closed;
        await navigator.serviceWorker.register("/sw/worker.js", { scope: "/" });
        await new Promise((done) => navigator.serviceWorker.ready.then(function wait() {
          navigator.serviceWorker.controller ? done() : setTimeout(wait, 20); }));
        const texts = [];
        for (const path of ["/sw/made-up", "/sw/passed-on"]) texts.push(await (await fetch(path)).text());
        const worker = new Worker("/worker.js");
        await new Promise((done) => worker.addEventListener("message", done));
        document.title = texts.join() === "made up,from worker" ? "done" : texts.join();
      })();</script>`,
    ),
  "/many": () =>
    html(
      "Many",
      `<script>(async () => {
        const all = Array.from({ length: ${MANY} }, (_, n) => fetch("/small?n=" + n).then((response) => response.text()));
        await Promise.all(all);
        document.title = "done";
      })();</script>`,
    ),
  "/counter": () =>
    html(
      "Counter",
      `<style>body{margin:0;background:#888}i{position:absolute;top:0;width:${BLOCK}px;height:${BLOCK}px}</style><body>
       <script>
         const bits = Array.from({ length: ${COUNTER_BITS} }, (_, bit) => {
           const block = document.body.appendChild(document.createElement("i"));
           block.style.left = bit * ${BLOCK} + "px";
           return block;
         });
         const show = () => {
           const tick = Math.floor(Date.now() / ${TICK_MS});
           bits.forEach((block, bit) => (block.style.background = (tick >> bit) & 1 ? "#fff" : "#000"));
           requestAnimationFrame(() => drawn.push(Date.now()));
         };
         globalThis.drawn = [];
         setInterval(show, ${TICK_MS});
         show();
       </script>`,
    ),
  "/red": () => colour("Red", "rgb(200, 0, 0)"),
  "/green": () => colour("Green", "rgb(0, 160, 0)"),
  "/blue": () => colour("Blue", "rgb(0, 0, 200)"),
  "/form": () =>
    html(
      "Form",
      `<input id="password" type="password"><button id="send">send</button>
       <script>console.log("hello", 42); setTimeout(() => { throw new TypeError("boom"); }, 50);</script>`,
    ),
  "/pixel.gif": () => ({ headers: { "content-type": "image/gif" }, body: PIXEL }),
  "/script.js": () => script("globalThis.loaded = true;"),
  "/framed.js": () => script('fetch("/from-frame");'),
  "/from-frame": () => json({ from: "frame" }),
  "/cors": () => ({ ...json({}), headers: { "content-type": "application/json", ...ALLOW } }),
  "/gzip": () => ({ headers: { "content-type": "text/plain" }, body: "again and again ".repeat(4000), gzip: true }),
  "/stream": () => ({ headers: { "content-type": "text/plain" }, chunks: ["first ", "second ", "third"] }),
  "/large": () => ({ headers: { "content-type": "text/plain" }, body: "x".repeat(LARGE_BYTES) }),
  "/empty": () => ({ status: 204 }),
  "/cached": () => ({ headers: { "content-type": "text/plain", "cache-control": "max-age=600" }, body: "cached" }),
  "/binary": () => ({ headers: { "content-type": "application/octet-stream" }, body: Buffer.from([0, 255, 1, 254]) }),
  "/events": () => ({
    headers: { "content-type": "text/event-stream" },
    chunks: ["data: one\n\n", "data: two\n\n", "event: last\ndata: three\n\n"],
  }),
  "/sw/worker.js": () => ({
    headers: { "content-type": "text/javascript", "service-worker-allowed": "/" },
    body: SERVICE_WORKER,
  }),
  "/sw/from-worker": () => ({ headers: { "content-type": "text/plain" }, body: "from worker" }),
  "/worker.js": () =>
    script(
      `fetch("/asked-by-worker").then((answer) => answer.text()).then(() => postMessage("done")); // ${"long ".repeat(100)}`,
    ),
  "/asked-by-worker": () => json({ asked: "by worker" }),
  "/small": () => ({ headers: { "content-type": "text/plain" }, body: "small" }),
};

const ALLOW = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "content-type",
  "access-control-max-age": "0",
};

const CHUNK_PAUSE_MS = 150;

const bodyOf = ({ body = "", chunks }: Answer): Buffer => Buffer.from(chunks?.join("") ?? body);

async function send(response: ServerResponse, answer: Answer): Promise<void> {
  const { status = 200, headers = {}, chunks, gzip = false } = answer;
  const decoded = bodyOf(answer);
  if (chunks !== undefined) {
    response.writeHead(status, { "cache-control": "no-store", ...headers });
    for (const chunk of chunks) {
      response.write(chunk);
      await new Promise((done) => setTimeout(done, CHUNK_PAUSE_MS));
    }
    response.end();
    return;
  }
  const sent = gzip ? gzipSync(decoded) : decoded;
  response.writeHead(status, {
    "cache-control": "no-store",
    ...(gzip && { "content-encoding": "gzip" }),
    ...(status !== 204 && { "content-length": String(sent.length) }),
    ...headers,
  });
  response.end(sent);
}

export async function serveRecordingSite(): Promise<RecordingSite> {
  const seen: SeenRequest[] = [];
  const heard: string[] = [];
  const names = { origin: "", otherOrigin: "" };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = url.split("?", 1)[0] ?? "/";
    const page = PAGES[path];
    const echo = path.startsWith("/echo/") ? json({ length: Buffer.concat(parts).length }) : undefined;
    const preflight: Answer | undefined = method === "OPTIONS" ? { status: 204, headers: ALLOW } : undefined;
    const answer = preflight ?? echo ?? page?.(names) ?? { status: 404, body: "nothing here" };
    const decoded = bodyOf(answer);
    seen.push({
      method,
      url: `http://${headers.host}${url}`,
      status: answer.status ?? 200,
      requestBody: Buffer.concat(parts).toString("utf8"),
      encodedBytes: answer.gzip === true ? gzipSync(decoded).length : decoded.length,
      decodedBytes: decoded.length,
    });
    await send(response, answer);
  }
  const server = createServer((request, response) => void handle(request, response));
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => {
      heard.push(isBinary ? data.toString("base64") : data.toString());
      socket.send(isBinary ? data : `heard ${data.toString()}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  names.origin = `http://127.0.0.1:${port}`;
  names.otherOrigin = `http://other.localhost:${port}`;
  return {
    ...names,
    seen,
    heard,
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
