import type { CdpCommand } from "../messages.ts";
import { bindingStandIn } from "./console-events.ts";
import type { MarkedReports } from "./marked-reports.ts";
import type { QuietPort } from "./quiet-port.ts";

type BindingParams = { readonly name: string; readonly executionContextName?: string };

/** The functions that a client has added to its pages, to be called back through. */
export class Bindings {
  readonly #port: QuietPort;
  readonly #reports: MarkedReports | undefined;
  readonly #added = new Map<string, BindingParams>();

  /** @param reports absent where pages' calls are heard only after the browser's own binding is there. */
  constructor(port: QuietPort, reports: MarkedReports | undefined) {
    this.#port = port;
    this.#reports = reports;
  }

  /** Notes a client's command; the browser adds the binding to what is there now. */
  note({ method, params }: CdpCommand): void {
    const { name, executionContextName, executionContextId } = params;
    if (typeof name !== "string") return;
    if (method === "Runtime.removeBinding") this.#added.delete(name);
    // One for a single context ends with it.
    if (method !== "Runtime.addBinding" || executionContextId !== undefined || this.#added.has(name)) return;
    const world = typeof executionContextName === "string" ? { executionContextName } : {};
    this.#added.set(name, { name, ...world });
    if (this.#reports) this.#standIn(name, world.executionContextName);
  }

  has(name: string): boolean {
    return this.#added.has(name);
  }

  /** Adds them to the documents that have come since; a binding that is active would not be added again. */
  renew(): void {
    const gone = (): undefined => undefined;
    for (const params of this.#added.values()) {
      this.#port.send("Runtime.removeBinding", { name: params.name }).catch(gone);
      this.#port.send("Runtime.addBinding", params).catch(gone);
    }
  }

  #standIn(name: string, worldName: string | undefined): void {
    const source = bindingStandIn(name, this.#reports?.markOf(name) ?? "");
    const params = worldName === undefined ? { source } : { source, worldName };
    // The page may be gone.
    this.#port.send("Page.addScriptToEvaluateOnNewDocument", params).catch(() => undefined);
  }
}
