import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A site with files to download. */
export interface DownloadSite {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly large: Buffer;
  close(): Promise<void>;
}

export const LARGE_BYTES = 30 * 1024 * 1024 + 1;
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What the page makes itself: bytes 0 to 255, again and again. */
export const BLOB = Buffer.from(Uint8Array.from({ length: 300_000 }, (_each, index) => index % 256));

const PAGE = `<!doctype html><title>Files</title><link rel="icon" href="data:,">
<a id="small" href="/small">small</a> <a id="large" href="/large">large</a>
<a id="data" download="note.txt" href="data:text/plain,from%20the%20page">data</a> <button id="blob">blob</button>
<script>document.querySelector("#blob").onclick = () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([Uint8Array.from({ length: 300000 }, (_each, index) => index % 256)]));
  link.download = "made here.bin";
  link.click();
};</script>`;

export async function serveDownloads(): Promise<DownloadSite> {
  const large = randomBytes(LARGE_BYTES);
  const files: Readonly<Record<string, readonly [name: string, content: Buffer]>> = {
    "/small": ["hello.txt", Buffer.from("hello")],
    "/large": ["large.bin", large],
  };
  const server = createServer((request, response) => {
    const [name, content] = files[request.url ?? ""] ?? [];
    if (content === undefined) {
      response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
      return;
    }
    const headers = { "content-disposition": `attachment; filename="${name}"`, "content-length": content.length };
    response.writeHead(200, { "content-type": "application/octet-stream", ...headers }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    large,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
