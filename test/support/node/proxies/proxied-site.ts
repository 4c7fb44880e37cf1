import { createSocket } from "node:dgram";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { everyRequest, REQUEST_KINDS, type RequestKind, SOURCES } from "./every-request.ts";

/** A site that knows from which address each request, each connection and each packet came. */
export async function serveProxiedSite() {
  const requests: { readonly kind: string; readonly from: string }[] = [];
  const connectionsFrom = new Set<string>();
  const packets = { count: 0 };
  const stun = createSocket("udp4");
  stun.on("message", () => void (packets.count += 1));
  await new Promise<void>((resolve) => stun.bind(0, "127.0.0.1", () => resolve()));
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const kind = kindOf(request);
    requests.push({ kind, from: request.socket.remoteAddress ?? "" });
    if (kind === "redirect") return void response.writeHead(302, { location: "/redirected" }).end();
    if (kind === "document") return void html(response, everyRequest(stun.address().port));
    const [type, body] = SOURCES[kind] ?? ["text/html", `<h1>${request.socket.remoteAddress ?? ""}</h1>`];
    const disposition = kind === "download" ? { "content-disposition": 'attachment; filename="file.txt"' } : {};
    response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...disposition }).end(body);
  };
  const server = createServer(answer);
  server.on("connection", (socket) => connectionsFrom.add(socket.remoteAddress ?? ""));
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    requests.push({ kind: "websocket", from: request.socket.remoteAddress ?? "" });
    socket.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    /** The page that makes every kind of request. */
    pageUrl: `${origin}/document`,
    /** Kinds of which no request has come yet from this address. */
    missing: (exit: string): readonly RequestKind[] =>
      REQUEST_KINDS.filter((kind) => !requests.some((seen) => seen.kind === kind && seen.from === exit)),
    /** Where connections came from, those included over which nothing was asked. */
    connectionsFrom: (): readonly string[] => [...connectionsFrom],
    /** Where requests came from. */
    requestsFrom: (): readonly string[] => [...new Set(requests.map(({ from }) => from))],
    /** Packets that asked past every proxy. */
    stunPackets: (): number => packets.count,
    forget: () => {
      requests.length = 0;
      connectionsFrom.clear();
      packets.count = 0;
    },
    close: () => {
      stun.close();
      sockets.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
export type ProxiedSite = Awaited<ReturnType<typeof serveProxiedSite>>;

function kindOf(request: IncomingMessage): string {
  const path = new URL(request.url ?? "/", "http://site").pathname.slice(1);
  return path === "favicon.ico" ? "favicon" : path;
}

const html = (response: ServerResponse, body: string) =>
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(body);
