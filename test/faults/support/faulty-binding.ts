import type { BrowserBinding } from "../../../src/engines/browser-run.ts";
import { type BindingCall, faults, type TappedSocket } from "./faults.ts";

/** The local Browser Rendering with a real Chromium behind it, and faults on the way. */
export function faultyBinding(binding: BrowserBinding): BrowserBinding {
  return {
    async fetch(url, init) {
      // The local one keeps no history; the cloud's says why a browser ended.
      if (new URL(url).pathname === "/v1/history") return Response.json({ history: faults.history });
      const call = callOf(url, init);
      const forward = async (): Promise<Response> => {
        const response = await binding.fetch(url, init);
        if (call === "launch" && response.ok) await noteLaunch(response);
        if (new URL(url).pathname === "/v1/sessions") return aged(response);
        return call === "connect" ? tap(response) : response;
      };
      return faults.throughBinding(call, forward);
    },
  };
}

function callOf(url: string, init: RequestInit | undefined): BindingCall | undefined {
  const { pathname } = new URL(url);
  if (!pathname.startsWith("/v1/devtools/browser")) return undefined;
  if (init?.method === "POST") return "launch";
  if (init?.method === "DELETE") return "close";
  return new Headers(init?.headers).has("Upgrade") ? "connect" : undefined;
}

/** As long as the cron must wait before it touches a browser that it does not know. */
const OLD_MS = 3_600_000;

/** The engine's list, in which every browser is old enough for the cron. */
async function aged(response: Response): Promise<Response> {
  const { sessions } = await response.json<{ sessions: { startTime: number }[] }>();
  return Response.json({ sessions: sessions.map((one) => ({ ...one, startTime: one.startTime - OLD_MS })) });
}

async function noteLaunch(response: Response): Promise<void> {
  const { sessionId } = await response.clone().json<{ sessionId: string }>();
  faults.launched.push(sessionId);
}

/** Puts a pair between Berth and the browser's socket. */
function tap(response: Response): Response {
  const theirs = response.webSocket;
  if (!theirs) return response;
  const { 0: outer, 1: inner } = new WebSocketPair();
  theirs.accept();
  inner.accept();
  let silent = faults.wedged;
  const pass = (from: WebSocket, to: WebSocket): void => {
    from.addEventListener("message", ({ data }) => {
      if (!silent && to.readyState === WebSocket.OPEN) to.send(data as string);
    });
    from.addEventListener("close", () => close(to));
  };
  pass(theirs, inner);
  pass(inner, theirs);
  const socket: TappedSocket = {
    cut(code) {
      close(inner, code);
      close(theirs);
    },
    silence() {
      silent = true;
    },
  };
  faults.sockets.push(socket);
  return new Response(null, { status: 101, webSocket: outer });
}

function close(socket: WebSocket, code = 1000): void {
  if (socket.readyState < WebSocket.CLOSING) socket.close(code);
}
