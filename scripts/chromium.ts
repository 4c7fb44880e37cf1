import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { type BrowserCandidate, identify, installedBrowsers, namedBrowser } from "./local/browser-candidates.ts";
import * as launcher from "./local/browser-launcher.ts";
import { type ProbeResult, probeBrowser } from "./local/browser-probe.ts";
import { toolFile } from "./local/child-output.ts";
import { isPackagedChromiumSupported, packagedFlags, unpackChromium } from "./local/packaged-chromium.ts";
import { berthDir } from "./local/paths.ts";
import { SetupFailure } from "./setup/failure.mjs";
import { withLock } from "./setup/lock.mjs";
import { step } from "./setup/progress.mjs";

/** The browser that local sessions run on. */
export interface ChosenBrowser {
  readonly source: BrowserCandidate["source"] | "download";
  readonly path: string;
  readonly version: string;
  readonly sandbox: boolean;
}

interface Stamp {
  readonly fingerprint: string;
  readonly executable: string;
  readonly chosen: ChosenBrowser;
}

const stampFile = join(berthDir, "chromium.json");

/**
 * Makes sure that the local browser binding has a browser: CHROME_PATH, else an installed Chrome or Chromium, else
 * the one from npm, else the binding's own download. A choice made before is kept until a browser or our launcher
 * changes.
 */
export async function prepareChromium(): Promise<ChosenBrowser> {
  const named = namedBrowser();
  const installed = named ? [] : installedBrowsers();
  const fingerprint = fingerprintOf(named ? [named] : installed);
  const known = () => readChoice(fingerprint);
  return (await known()) ?? withLock("browser", async () => (await known()) ?? choose(fingerprint, named, installed));
}

async function choose(
  fingerprint: string,
  named: BrowserCandidate | undefined,
  installed: readonly BrowserCandidate[],
): Promise<ChosenBrowser> {
  const place = await launcher.findLauncherPlace();
  const chosen = named
    ? await useNamed(place, named)
    : ((await useFirst(place, installed)) ?? (await usePackaged(place)) ?? (await useDownload(place)));
  await writeFile(stampFile, JSON.stringify({ fingerprint, executable: place.executable, chosen } satisfies Stamp));
  return chosen;
}

function fingerprintOf(candidates: readonly BrowserCandidate[]): string {
  const packages = ["miniflare", "@sparticuz/chromium"].map((name) => identify(toolFile(`${name}/package.json`)));
  return JSON.stringify([
    candidates.map(({ identity }) => identity),
    packages,
    launcher.launcherFingerprint(packagedFlags),
    process.getuid?.(),
  ]);
}

/** The choice made before, if everything is as it was then. */
async function readChoice(fingerprint: string): Promise<ChosenBrowser | undefined> {
  try {
    const stamp = JSON.parse(await readFile(stampFile, "utf8")) as Stamp;
    const isThere = stamp.chosen.source === "download" || existsSync(stamp.executable);
    return stamp.fingerprint === fingerprint && isThere ? stamp.chosen : undefined;
  } catch {
    return undefined;
  }
}

async function useNamed(place: launcher.LauncherPlace, named: BrowserCandidate): Promise<ChosenBrowser> {
  const outcome = existsSync(named.path)
    ? await trial(place, named)
    : ({ works: false, reason: "there is no such file" } as const);
  if ("works" in outcome) {
    throw new SetupFailure(
      `CHROME_PATH names ${named.path}, which cannot be used: ${outcome.reason}.`,
      "Set it to a Chrome or Chromium that starts, or unset it.",
    );
  }
  return outcome;
}

async function useFirst(
  place: launcher.LauncherPlace,
  candidates: readonly BrowserCandidate[],
): Promise<ChosenBrowser | undefined> {
  for (const candidate of candidates) {
    const outcome = await trial(place, candidate);
    if (!("works" in outcome)) {
      return outcome;
    }
    console.log(`  ${candidate.path} cannot be used: ${outcome.reason}`);
  }
  return undefined;
}

async function usePackaged(place: launcher.LauncherPlace): Promise<ChosenBrowser | undefined> {
  return isPackagedChromiumSupported ? useFirst(place, [await unpackChromium()]) : undefined;
}

async function useDownload(place: launcher.LauncherPlace): Promise<ChosenBrowser> {
  if (process.platform === "linux") {
    throw new SetupFailure(
      process.arch === "x64"
        ? "No Chromium starts on this machine, not even the one from npm."
        : `There is no Chrome or Chromium on this machine, and npm has none for linux-${process.arch}.`,
      "Install one (Debian: apt install chromium) or set CHROME_PATH to one.",
    );
  }
  await launcher.removeLauncher(place);
  console.log("No Chrome is installed: the first session will download one (about 150 MB).");
  return { source: "download", path: place.executable, version: "", sandbox: true };
}

type Failed = Extract<ProbeResult, { works: false }>;

/** Starts a browser once, with its sandbox if that can be: root has none, and some systems forbid it to others. */
async function trial(place: launcher.LauncherPlace, candidate: BrowserCandidate): Promise<ChosenBrowser | Failed> {
  return step(`Trying ${candidate.path}`, async () => {
    let result: ProbeResult = { works: false, reason: "it was not tried" };
    for (const sandbox of process.getuid?.() === 0 ? [false] : [true, false]) {
      const draft = await launcher.draftLauncher(place, candidate, { sandbox });
      result = await probeBrowser(draft);
      if (result.works) {
        const { userAgent } = result;
        await launcher.installLauncher(place, await launcher.draftLauncher(place, candidate, { sandbox, userAgent }));
        return { source: candidate.source, path: candidate.path, version: result.version, sandbox };
      }
      await rm(draft, { force: true });
    }
    return result;
  });
}
