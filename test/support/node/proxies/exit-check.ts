import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProxyExit } from "../../../../src/domain/proxy-exit.ts";

/** Where the exits of the tests' proxies are, as an edge that knows addresses would say. */
export const EXITS = {
  "127.0.0.2": {
    ip: "127.0.0.2",
    country: "US",
    region: "California",
    city: "Los Angeles",
    timezone: "America/Los_Angeles",
    latitude: 34.05,
    longitude: -118.24,
  },
  "127.0.0.3": {
    ip: "127.0.0.3",
    country: "DE",
    region: "Berlin",
    city: "Berlin",
    timezone: "Europe/Berlin",
    latitude: 52.52,
    longitude: 13.41,
  },
} as const satisfies Readonly<Record<string, ProxyExit>>;

/** A stand-in for `GET /ip` on Cloudflare's edge: on one machine, only it can tell the exits apart. */
export async function serveExitCheck() {
  const askedFrom: string[] = [];
  const server = createServer((request, response) => {
    const ip = request.socket.remoteAddress ?? "";
    if (request.url?.startsWith("/ip?")) askedFrom.push(ip);
    const unknown = { ip, country: null, region: null, city: null, timezone: null, latitude: null, longitude: null };
    const exit: ProxyExit = Object.values(EXITS).find((known) => known.ip === ip) ?? unknown;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(exit));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/ip`,
    /** Addresses that questions came from, the oldest first. */
    askedFrom,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
