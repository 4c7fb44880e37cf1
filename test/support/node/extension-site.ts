import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A website for extensions to work on. The same one is at two origins, each another site. */
export interface ExtensionSite {
  readonly origin: string;
  readonly otherOrigin: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** What the extension has set by the time of the page's own first script. */
const NOTES = `<script>self.atFirst = document.documentElement.dataset.extension ?? "nothing";</script>`;
const TEXT = `<p style="color: rgb(1, 1, 1)">text</p>`;
const html = (body: string): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title>${body}`;

const pageWith = (frames: readonly string[]): string => {
  const scripts = ["/ad.js", "/old.js", "/kept.js"].map((path) => `<script src="${path}"></script>`);
  return html([NOTES, TEXT, ...scripts, ...frames.map((src) => `<iframe src="${src}"></iframe>`)].join(""));
};

/** Serves it on a free port. */
export async function serveExtensionSite(): Promise<ExtensionSite> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    requests.push(pathname);
    const isScript = pathname.endsWith(".js");
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html; charset=utf-8" });
    if (isScript) response.end(`(self.ran ??= []).push(${JSON.stringify(pathname)})`);
    else if (pathname === "/frame") response.end(html(NOTES + TEXT));
    else response.end(pageWith(["/frame", `http://localhost:${port}/frame`]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    otherOrigin: `http://localhost:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
