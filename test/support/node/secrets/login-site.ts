import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

const FORM = (action: string): string => `<!doctype html><title>Sign in</title><link rel="icon" href="data:,">
<form method="post" action="${action}">
<input id="user" name="user"><input id="password" name="password" type="password"><input id="code" name="code">
<button id="send">Sign in</button></form>`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** A site with a form to sign in by, which says what it was sent in every way that sites do. */
export async function serveLogin() {
  const attempts: Record<string, string>[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    const html = (body: string, headers = {}): void => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(body);
    };
    if (pathname === "/framed") {
      const inner = searchParams.get("inner") ?? "";
      return html(
        `<!doctype html><title>Framed</title><link rel="icon" href="data:,"><iframe id="frame" src="${inner}"></iframe>`,
      );
    }
    if (pathname !== "/session") return html(FORM("/session"));
    void bodyOf(request).then((body) => {
      const sent = Object.fromEntries(new URLSearchParams(body));
      attempts.push(sent);
      const { password = "" } = sent;
      const repeated = `/echo?password=${encodeURIComponent(password)}&json=${encodeURIComponent(JSON.stringify({ password }))}`;
      html(
        `<!doctype html><title>Welcome</title><link rel="icon" href="data:,"><h1>Welcome</h1><p>${password}</p>
<script>console.log(${JSON.stringify(`signed in with ${password}`)});
fetch(${JSON.stringify(repeated)}, { method: "POST", body: JSON.stringify({ password: ${JSON.stringify(password)} }),
  headers: { "x-basic": btoa("user:" + ${JSON.stringify(password)}) } });</script>`,
        { "x-echo": encodeURIComponent(password) },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    /** The same server under another name. */
    otherOrigin: `http://other.localhost:${port}`,
    attempts,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
