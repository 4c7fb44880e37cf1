import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import type { BrowserCandidate } from "./browser-candidates.ts";
import { toolFile } from "./child-output.ts";
import { identityFlags } from "./identity-flags.ts";
import { berthDir } from "./paths.ts";

/** Where the local browser binding looks for its browser: one fixed build in wrangler's cache folder. */
export interface LauncherPlace {
  readonly installDir: string;
  readonly executable: string;
}

/** Beside what the binding passes itself: no traffic of the browser's own. */
const FLAGS = [
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-quic",
  "--no-default-browser-check",
  "--no-pings",
];

/**
 * Beside the features that the binding disables: the address bar's suggestions are web pages of Chromium's own,
 * loaded before anybody types. They cost about as much CPU as the rest of a browser's start (measured with 156).
 */
const DISABLED_FEATURES = ["WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxPopup"];

/** Its presence keeps the binding from deleting the folder when a launch fails. */
const INSTALLED_MARKER = ".miniflare-install-complete";

const MAC_APP = ["Google Chrome for Testing.app", "Contents", "MacOS", "Google Chrome for Testing"];

/** Reads the build that this version of the binding wants from its code, for it is not exported. */
export async function findLauncherPlace(): Promise<LauncherPlace> {
  const source = await readFile(toolFile("miniflare/dist/src/index.js"), "utf8");
  const version = /BROWSER_VERSION = "([\d.]+)"/.exec(source)?.[1];
  if (!version) {
    throw new Error("This version of miniflare does not say which Chrome its browser binding uses.");
  }
  const arm = process.arch === "arm64";
  const mac = process.platform === "darwin";
  const platform = mac ? (arm ? "mac_arm" : "mac") : arm ? "linux_arm" : "linux";
  const path = mac ? [`chrome-mac-${arm ? "arm64" : "x64"}`, ...MAC_APP] : ["chrome-linux64", "chrome"];
  const installDir = join(berthDir, "cache", ".wrangler", "chrome", `${platform}-${version}`);
  return { installDir, executable: join(installDir, ...path) };
}

/** How a launcher starts its browser. */
export interface LauncherOptions {
  readonly sandbox: boolean;
  /** The browser's own, which only a trial tells: without it the browser has no identity yet. */
  readonly userAgent?: string;
}

/** Writes a launcher beside its place: for a trial, or to be installed. */
export async function draftLauncher(
  place: LauncherPlace,
  browser: BrowserCandidate,
  options: LauncherOptions,
): Promise<string> {
  const draft = `${place.executable}.${process.pid}`;
  await mkdir(dirname(draft), { recursive: true });
  await writeFile(draft, launcherScript(browser, options));
  await chmod(draft, 0o755);
  return draft;
}

/** Makes the binding use a launcher that works. */
export async function installLauncher(place: LauncherPlace, draft: string): Promise<void> {
  // A rename replaces it at once for a server that is launching a browser right now.
  await rename(draft, place.executable);
  await writeFile(join(place.installDir, INSTALLED_MARKER), "");
}

/** Lets the binding download its own browser. */
export async function removeLauncher(place: LauncherPlace): Promise<void> {
  await rm(place.installDir, { recursive: true, force: true });
}

/** What a launcher is made of, so that a change of it is noticed. */
export function launcherFingerprint(flags: readonly string[]): string {
  const browser = { source: "installed", path: "", environment: {}, flags, identity: "" } as const;
  return launcherScript(browser, { sandbox: false, userAgent: "" });
}

/**
 * The binding launches with an empty environment and a profile in the run's temporary folder. The browser's own
 * temporary files go into that profile and leave with it, under a name that stays short however deep the
 * project lies: a Unix socket's path has room for 107 bytes. It also says that there are to be no extensions, and
 * sessions load theirs.
 */
function launcherScript(browser: BrowserCandidate, { sandbox, userAgent }: LauncherOptions): string {
  const home = join(berthDir, "home");
  const environment: Record<string, string> = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    HOME: home,
    XDG_CACHE_HOME: join(berthDir, "cache"),
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    ...browser.environment,
  };
  // The packaged one is a headless shell, which is no desktop's browser whatever it is told.
  const identity = browser.source === "packaged" || userAgent === undefined ? [] : identityFlags(userAgent);
  const flags = [...FLAGS, ...identity, ...browser.flags, ...(sandbox ? [] : ["--no-sandbox"]), ...extraFlags()];
  return `#!/bin/sh
# Written by scripts/local/browser-launcher.ts: change it there.
${Object.entries(environment)
  .map(([name, value]) => `export ${name}=${quote(value)}`)
  .join("\n")}
for argument in "$@"; do
  shift
  case "$argument" in
  --disable-extensions) continue ;;
  --user-data-dir=*) profile="\${argument#--user-data-dir=}" ;;
  # Chromium heeds the last of these alone.
  --disable-features=*) argument="$argument,${DISABLED_FEATURES.join(",")}" ;;
  esac
  set -- "$@" "$argument"
done
if [ -n "\${profile-}" ] && [ -d /proc/self/cwd ]; then
  mkdir -p "$profile/tmp" && cd "$profile/tmp" && export TMPDIR=/proc/self/cwd
fi
exec ${quote(browser.path)} ${flags.map(quote).join(" ")} "$@"
`;
}

/** For experiments: BERTH_CHROME_FLAGS="--flag --other". */
function extraFlags(): string[] {
  return (process.env.BERTH_CHROME_FLAGS ?? "").split(/\s+/).filter(Boolean);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
