import type { DurableObjectState, ExportedHandler } from "@cloudflare/workers-types";

/** Berth's production build, which is beside the entry once both are modules of one Worker. */
export class BrowserSession {
  protected readonly ctx: DurableObjectState;
  constructor(context: DurableObjectState, env: object);
}

declare const worker: Required<Pick<ExportedHandler, "fetch" | "scheduled">>;
export default worker;
