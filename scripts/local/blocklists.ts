import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FiltersEngine } from "@ghostery/adblocker";
import { unstable_readConfig } from "wrangler";
import { SetupFailure } from "../setup/failure.mjs";
import { root, wranglerConfig } from "./paths.ts";

const NAMES = ["ads", "annoyances"] as const;
/** By list, the variable of wrangler.toml that names where its filters come from. */
const SOURCES = { ads: "ADBLOCK_LISTS", annoyances: "ANNOYANCE_LISTS" } as const;
const LIMIT_MS = 60_000;

/**
 * Filter lists as the Worker reads them: compiled by the same version of the library that is in its bundle.
 *
 * @param isDeployed whether the lists of wrangler.toml are fetched too; without them only Berth's own are compiled.
 * @throws SetupFailure naming a list that cannot be fetched: a deployment must not block less than its operator thinks.
 */
export function compileBlocklists(isDeployed: boolean): Promise<readonly (readonly [string, Buffer])[]> {
  return Promise.all(NAMES.map(async (name) => [`adblock/${name}.bin`, await compile(name, isDeployed)] as const));
}

async function compile(name: (typeof NAMES)[number], isDeployed: boolean): Promise<Buffer> {
  const own = readFile(join(root, "scripts", "lists", `${name}.txt`), "utf8");
  const fetched = isDeployed ? sourcesOf(name).map(fetchList) : [];
  const filters = (await Promise.all([own, ...fetched])).join("\n");
  return Buffer.from(FiltersEngine.parse(filters, { enableHtmlFiltering: false }).serialize());
}

function sourcesOf(name: (typeof NAMES)[number]): readonly string[] {
  const { vars } = unstable_readConfig({ config: wranglerConfig }, { hideWarnings: true });
  const sources = vars[SOURCES[name]];
  return typeof sources === "string" ? sources.split(/\s+/).filter((source) => source !== "") : [];
}

async function fetchList(source: string): Promise<string> {
  const advice = `Check ADBLOCK_LISTS and ANNOYANCE_LISTS in wrangler.toml, or take ${source} out of them.`;
  try {
    const answer = await fetch(source, { signal: AbortSignal.timeout(LIMIT_MS) });
    const text = await answer.text();
    if (answer.ok && !text.trimStart().startsWith("<")) return text;
    throw new SetupFailure(`The filter list ${source} was answered with ${answer.status}.`, advice);
  } catch (error) {
    if (error instanceof SetupFailure) throw error;
    throw new SetupFailure(`The filter list ${source} could not be fetched: ${String(error)}.`, advice);
  }
}
