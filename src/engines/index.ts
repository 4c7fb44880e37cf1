import { type BrowserBinding, BrowserRunEngine } from "./browser-run.ts";
import { CdpEndpointEngine } from "./cdp-endpoint.ts";
import { type BrowserEngine, EngineError } from "./engine.ts";

/** What the engines draw on. */
export interface EngineBindings {
  readonly browser: BrowserBinding | undefined;
  readonly cdpEndpoint: string | undefined;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
}

type EngineFactory = (bindings: EngineBindings) => BrowserEngine;

/** The registry: a further engine costs a file and a line. */
const ENGINES: Readonly<Record<string, EngineFactory>> = {
  "browser-run": ({ browser }) => {
    if (!browser) throw new EngineError('engine "browser-run" needs the browser binding BROWSER');
    return new BrowserRunEngine(browser);
  },
  "cdp-endpoint": ({ cdpEndpoint, fetch }) => {
    if (cdpEndpoint === undefined) throw new EngineError('engine "cdp-endpoint" needs the secret CDP_ENDPOINT');
    return new CdpEndpointEngine({ endpoint: cdpEndpoint, fetch });
  },
};

/** @throws EngineError naming what is missing or unknown. */
export function createEngine(name: string, bindings: EngineBindings): BrowserEngine {
  const factory = ENGINES[name];
  if (!factory) throw new EngineError(`unknown ENGINE "${name}": one of ${Object.keys(ENGINES).join(", ")}`);
  return factory(bindings);
}
