import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const SUBRESOURCES = 100;
const SUBRESOURCE_BYTES = 2048;

/** Pages on this machine, so that no network is measured. */
export interface BenchSite {
  /** A page without anything. */
  readonly helloUrl: string;
  /** A page with 100 subresources, none of which a cache may keep. */
  readonly pageUrl: string;
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

function contentOf(path: string): readonly [type: string, body: string] {
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
    const [type, body] = contentOf((request.url ?? "/").split("?", 1)[0] ?? "/");
    response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    helloUrl: `${origin}/hello`,
    pageUrl: `${origin}/page`,
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
