import { LoadedExtensions } from "../capabilities/extensions/loaded-extensions.ts";
import type { LiveBrowser } from "./live-browser.ts";

const MAX_BUILDS = 100;

/** The least that Chrome loads; it does nothing. */
const PROBE = new Map([
  ["manifest.json", new TextEncoder().encode('{"manifest_version":3,"name":"probe","version":"1"}')],
]);

/**
 * Whether an engine's browsers load extensions, by their user agent. One that was started with `--disable-extensions`
 * takes them all the same, and has none afterwards: so the first browser of a build is given one that does nothing.
 * Lives as long as the isolate.
 */
export class KnownExtensionSupport {
  readonly #byUserAgent = new Map<string, boolean>();

  /** @param folder on the browser's machine. @throws when the browser goes; the next session asks again. */
  async of(live: LiveBrowser, folder: string): Promise<boolean> {
    const known = this.#byUserAgent.get(live.userAgent);
    if (known !== undefined) return known;
    const loads = await isLoading(live, folder);
    // A deployment sees a handful of builds; a bound all the same.
    if (this.#byUserAgent.size >= MAX_BUILDS) this.#byUserAgent.clear();
    this.#byUserAgent.set(live.userAgent, loads);
    return loads;
  }
}

async function isLoading(live: LiveBrowser, folder: string): Promise<boolean> {
  const extensions = new LoadedExtensions(live);
  if (!(await extensions.areKnown())) return false;
  const outcome = await extensions.load(PROBE, folder);
  if ("refused" in outcome) return false;
  await extensions.unload(outcome.chromeId);
  return true;
}
