import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const SUBRESOURCES = 100;
const SUBRESOURCE_BYTES = 2048;
const ADS = 80;
const AD_BYTES = 20 * 1024;
const AD_MS = 20;

/** Pages on this machine, so that no network is measured. */
export interface BenchSite {
  /** A page without anything. */
  readonly helloUrl: string;
  /** A page with 100 subresources, none of which a cache may keep. */
  readonly pageUrl: string;
  /** The same with 80 scripts of another host's ad server besides, which take their time. */
  readonly adsUrl: string;
  close(): void;
}

const HELLO = "<!doctype html><title>Hello</title><h1>Hello, browser</h1>";

function pageWithSubresources(): string {
  const tags = Array.from({ length: SUBRESOURCES }, (_, index) => {
    const kind = index % 4;
    if (kind === 0) return `<script src="/${index}.js"></script>`;
    return kind === 1 ? `<link rel="stylesheet" href="/${index}.css">` : `<img src="/${index}.svg" alt="">`;
  });
  return `<!doctype html><title>Subresources</title>${tags.join("\n")}`;
}

/** Another site to the browser, and this machine: names below `localhost` need no DNS. */
function pageWithAds(port: number): string {
  const ads = Array.from({ length: ADS }, (_, index) => {
    return `<script async src="http://ads.localhost:${port}/adserver/${index}.js"></script>`;
  });
  return `${pageWithSubresources()}${ads.join("\n")}`;
}

function contentOf(path: string): readonly [type: string, body: string] {
  if (path.startsWith("/adserver/")) return ["text/javascript", `/*${"x".repeat(AD_BYTES)}*/`];
  if (path.endsWith(".js")) return ["text/javascript", `/*${"x".repeat(SUBRESOURCE_BYTES)}*/`];
  if (path.endsWith(".css")) return ["text/css", `/*${"x".repeat(SUBRESOURCE_BYTES)}*/`];
  if (path.endsWith(".svg")) {
    const comment = `<!--${"x".repeat(SUBRESOURCE_BYTES)}-->`;
    return ["image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${comment}</svg>`];
  }
  return ["text/html", path === "/page" ? pageWithSubresources() : HELLO];
}

/** Starts the site on a free port of the loopback address. */
export async function startSite(): Promise<BenchSite> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const [type, body] = path === "/ads" ? ["text/html", pageWithAds(request.socket.localPort ?? 0)] : contentOf(path);
    const answer = () => response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
    if (path.startsWith("/adserver/")) setTimeout(answer, AD_MS);
    else answer();
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    helloUrl: `${origin}/hello`,
    pageUrl: `${origin}/page`,
    adsUrl: `${origin}/ads`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}
