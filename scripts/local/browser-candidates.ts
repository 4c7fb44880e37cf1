import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import process from "node:process";

/** A browser that local sessions could run on. */
export interface BrowserCandidate {
  readonly source: "CHROME_PATH" | "installed" | "packaged";
  readonly path: string;
  /** What this browser needs beyond an empty environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  /** What changes when the browser does: a known candidate need not be tried again. */
  readonly identity: string;
}

/** Where packages put the binary itself; what they put on PATH is often a script that adds flags of its own. */
const BINARIES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    "/opt/google/chrome/chrome",
    "/usr/lib/chromium/chromium",
    "/usr/lib64/chromium-browser/chromium-browser",
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome-beta/chrome",
    "/opt/google/chrome-unstable/chrome",
  ],
  darwin: ["", homedir()].flatMap((home) =>
    ["Google Chrome", "Chromium", "Google Chrome for Testing", "Google Chrome Beta", "Google Chrome Canary"].map(
      (name) => `${home}/Applications/${name}.app/Contents/MacOS/${name}`,
    ),
  ),
};

const COMMANDS = ["google-chrome-stable", "google-chrome", "chromium", "chromium-browser"];

/** The browser that CHROME_PATH names, whether it exists or not. */
export function namedBrowser(): BrowserCandidate | undefined {
  if (!process.env.CHROME_PATH) {
    return undefined;
  }
  const path = resolve(process.env.CHROME_PATH);
  return { source: "CHROME_PATH", path, environment: {}, flags: [], identity: identify(path) };
}

/** Every Chrome and Chromium of this machine, the best first. BERTH_IGNORE_SYSTEM_CHROME=1 hides them. */
export function installedBrowsers(): BrowserCandidate[] {
  if (process.env.BERTH_IGNORE_SYSTEM_CHROME === "1") {
    return [];
  }
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const commands = COMMANDS.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [...(BINARIES[process.platform] ?? []), ...commands]
    .filter(isExecutable)
    .map((path) => realpathSync(path));
  return [...new Set(found)].map((path) => ({
    source: "installed",
    path,
    environment: {},
    flags: [],
    identity: identify(path),
  }));
}

/** Path, size and date: enough to notice an update. */
export function identify(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  return [path, file?.size, file?.mtimeMs].join(" ");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
