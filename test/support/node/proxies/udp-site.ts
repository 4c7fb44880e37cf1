import { createSocket, type Socket } from "node:dgram";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UDP_PLACES, udpDocument, type UdpPage, udpPage, type UdpPlace, type UdpVisit } from "./udp-places.ts";

/** A site whose pages send UDP wherever they can; each place has a port of its own, which tells them apart. */
export async function serveUdpSite() {
  const done = new Set<string>();
  const packets = new Set<UdpPlace>();
  const sockets: Socket[] = [];
  const ports = {} as Record<UdpPlace, number>;
  for (const place of UDP_PLACES) {
    const socket = createSocket("udp4");
    socket.on("message", () => void packets.add(place));
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
    ports[place] = socket.address().port;
    sockets.push(socket);
  }
  const server = createServer((request, response) => answer(request, response));
  // Both names of the loopback address, "localhost" perhaps by IPv6.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const visit: UdpVisit = { origin: `http://127.0.0.1:${port}`, otherOrigin: `http://localhost:${port}`, ports };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const [, what, place = ""] = (request.url ?? "/").split("/");
    if (what === "done") {
      done.add(place);
      return void response.writeHead(204).end();
    }
    const body = what === "at" ? udpDocument(visit, place as UdpPlace) : udpPage(visit, place as UdpPage);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(body);
  }

  return {
    urlOf: (page: UdpPage): string => `${visit.origin}/page/${page}`,
    /** Places that are still trying, or never began. */
    unfinished: (): readonly UdpPlace[] => UDP_PLACES.filter((place) => !done.has(place)),
    /** Places that a packet has come from. */
    sent: (): readonly UdpPlace[] => UDP_PLACES.filter((place) => packets.has(place)),
    close: () => {
      for (const socket of sockets) socket.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
