import type { DurableObjectState, Fetcher, WebSocket } from "@cloudflare/workers-types";
import worker, { BrowserSession as Session } from "./berth.js";

export * from "./berth.js";
export default worker;

declare const WebSocketPair: new () => { readonly 0: WebSocket; readonly 1: WebSocket };

interface Env {
  readonly BROWSER: Pick<Fetcher, "fetch">;
}

/** Each message takes this long, in either direction. */
const DELAY_MS = 20;

/** Berth's session, with its browser far away. */
export class BrowserSession extends Session {
  constructor(context: DurableObjectState, env: Env) {
    super(context, { ...env, BROWSER: distant(env.BROWSER) });
  }
}

const distant = (binding: Env["BROWSER"]): Env["BROWSER"] => ({
  async fetch(input, init) {
    const response = await binding.fetch(input, init);
    const theirs = response.webSocket;
    if (!theirs) return response;
    const { 0: outer, 1: inner } = new WebSocketPair();
    theirs.accept();
    inner.accept();
    pass(theirs, inner);
    pass(inner, theirs);
    return new Response(null, { status: 101, webSocket: outer } as object) as never;
  },
});

/** Timers of one length fire in the order in which they were set, so messages keep theirs. */
function pass(from: WebSocket, to: WebSocket): void {
  const later = (deliver: () => void) => setTimeout(deliver, DELAY_MS);
  from.addEventListener("message", ({ data }) => later(() => isOpen(to) && to.send(data)));
  from.addEventListener("close", () => later(() => isOpen(to) && to.close(1000)));
}

const isOpen = ({ readyState }: WebSocket): boolean => readyState === 1;
