import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A page that keeps a log of everything that is done to it. */
export interface LiveSite {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** One line of the page's log. */
export interface SeenEvent {
  readonly type: string;
  readonly on: string;
  readonly isTrusted: boolean;
  readonly detail: unknown;
}

const EVENTS = [
  "mousedown",
  "mouseup",
  "click",
  "dblclick",
  "contextmenu",
  "wheel",
  "touchstart",
  "touchend",
  "keydown",
  "keyup",
  "input",
  "change",
  "paste",
  "copy",
  "compositionstart",
  "compositionupdate",
  "compositionend",
];

const SCRIPT = `
window.log = [];
const about = (event) => {
  if (event.type.startsWith("key")) return { key: event.key, code: event.code, ctrl: event.ctrlKey };
  if (event.type.startsWith("composition")) return event.data;
  if (event.type === "paste") return event.clipboardData.getData("text/plain");
  if (event.type === "wheel") return [event.deltaX, event.deltaY];
  if (event.type.startsWith("touch")) return event.touches.length;
  if ("clientX" in event) return [Math.round(event.clientX), Math.round(event.clientY), event.button, event.detail];
  return event.target.value;
};
for (const type of ${JSON.stringify(EVENTS)}) {
  addEventListener(type, (event) => {
    const on = event.target.id || event.target.nodeName || "document";
    window.log.push({ type, on, isTrusted: event.isTrusted, detail: about(event) });
  }, { capture: true, passive: true });
}
document.querySelector("#ask").addEventListener("click", () => {
  setTimeout(() => { document.querySelector("#answer").textContent = String(prompt("What is your name?", "nobody")); });
});
document.querySelector("#file").addEventListener("change", async ({ target }) => {
  const files = await Promise.all([...target.files].map(async (file) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return { name: file.name, type: file.type, size: file.size, sha256 };
  }));
  window.files = files;
});
`;

const PAGE = `<!doctype html><meta charset="utf-8"><title>Work here</title><link rel="icon" href="data:,">
<style>body{font:16px sans-serif;margin:20px}p{margin:12px 0}#tall{height:3000px}</style>
<p><input id="text" size="40"> <button id="press" style="cursor:pointer">Press</button></p>
<p><select id="list"><option>one<option>two<option disabled>three<option>four</select>
<input id="day" type="date" value="2026-01-02"> <input id="colour" type="color" value="#ff0000"></p>
<p><button id="ask">Ask</button> <output id="answer"></output></p>
<p><input id="file" type="file" multiple accept=".txt,.bin"> <a id="next" href="/second">Second page</a> <a id="pop" href="/second" target="_blank">A tab</a></p>
<p id="words">some words to copy</p><div id="tall"></div><script>${SCRIPT}</script>`;

const MOVING = `<!doctype html><title>Moving</title><link rel="icon" href="data:,"><style>body{margin:0}</style>
<canvas id="c" width="1200" height="700"></canvas><script>
const context = document.getElementById("c").getContext("2d");
let n = 0;
const draw = () => { n += 1; context.fillStyle = "hsl(" + (n * 7) % 360 + " 80% 50%)"; context.fillRect((n * 31) % 1200, (n * 17) % 700, 160, 120); requestAnimationFrame(draw); };
draw();
</script>`;

const PAGES: Readonly<Record<string, string>> = {
  "/": PAGE,
  "/second": `<!doctype html><title>Second</title><link rel="icon" href="data:,"><h1>Second</h1>`,
  "/moving": MOVING,
};

export async function serveLiveSite(): Promise<LiveSite> {
  const server = createServer((request, response) => {
    const body = PAGES[new URL(request.url ?? "/", "http://site").pathname];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "text/html; charset=utf-8" });
    response.end(body ?? "not found");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
