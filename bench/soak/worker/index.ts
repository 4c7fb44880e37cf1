import type { DurableObjectNamespace } from "@cloudflare/workers-types";
import worker, { BrowserSession as Session } from "./berth.js";

export * from "./berth.js";

interface Env {
  readonly SESSIONS: DurableObjectNamespace;
}

/** The door that only the soak has. */
const RESET = "/soak/reset/";

/**
 * Berth's session, and a way to lose it: `abort` drops the object with its memory, timers and sockets at once, as the
 * runtime does for an update, a crash or a move to another machine. Storage stays.
 */
export class BrowserSession extends Session {
  override async fetch(request: Request): Promise<unknown> {
    if (new URL(request.url).pathname.startsWith(RESET)) this.ctx.abort("reset by the soak");
    return super.fetch(request);
  }
}

export default {
  ...worker,
  async fetch(request: Request, env: Env, context: unknown): Promise<unknown> {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(RESET)) return worker.fetch(request as never, env, context as never);
    const session = env.SESSIONS.getByName(pathname.slice(RESET.length));
    // The object that is lost cannot answer.
    const lost = await session.fetch(request as never).then(
      () => false,
      () => true,
    );
    return new Response(null, { status: lost ? 204 : 500 });
  },
};
