import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Berth demo</title>
<style>
  body { font: 18px/1.5 system-ui, "Open Sans", sans-serif; margin: 3rem; color: #12303f; background: #eef6f8; }
  main { max-width: 34rem; background: #fff; padding: 2rem; border-radius: 12px; box-shadow: 0 2px 12px #0002; }
  button { font: inherit; padding: .4rem 1rem; }
</style>
<main>
  <h1>A page of this machine</h1>
  <p>Opened by <b id="client">nobody</b> in <span id="agent"></span></p>
  <button onclick="this.textContent = 'Clicked'">Click me</button>
</main>
<script>
  document.getElementById("client").textContent = new URL(location).searchParams.get("client");
  document.getElementById("agent").textContent = navigator.userAgent;
</script>
</html>`;

/** A page for the demo to open, served on the loopback address. */
export interface DemoSite {
  readonly url: string;
  close(): void;
}

/** Serves the demo's page on a free port. */
export async function serveDemoSite(): Promise<DemoSite> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(PAGE);
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
}
