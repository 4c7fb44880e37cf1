import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join, relative, resolve } from "node:path";
import { berthDir, root } from "./environment.mjs";
import { SetupFailure, recogniseFailure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { chooseNode, requireSupportedPlatform } from "./node-binary.mjs";
import { step } from "./progress.mjs";

const modulesDir = join(root, "node_modules");
const stampFile = join(modulesDir, ".berth-installed");

const installArguments = [
  // Not `npm ci`: it asks for every platform's optional packages in the lock file, and registries lag behind there.
  "install",
  "--no-save",
  "--include=dev",
  "--include=optional",
  // None of the packages needs its install script: they check what npm has just done, or count installations.
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--no-progress",
  "--loglevel=error",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=8000",
];

/** How long npm may go on without its registry: an installation from the cache takes half of it. */
const CACHE_ONLY_MS = 45_000;

/** @type {SetupFailure | undefined} */
let unreachable;

/** The packages, and Chromium unpacked next to them. */
const NEEDED_BYTES = 1.5e9;

/**
 * Installs the dependencies if package.json or the lock file changed since the last time.
 * @returns {Promise<string>} the Node that runs the project
 */
export async function ensureInstalled() {
  const node = installedNode();
  if (node) {
    return node;
  }
  requireSupportedPlatform();
  makeWritable();
  return withLock("installation", async () => installedNode() ?? (await install()));
}

/** The Node of an installation that is up to date. */
function installedNode() {
  const stamp = readStamp();
  const node = stamp && resolve(root, stamp.node);
  return node && stamp.fingerprint === fingerprintDependencies() && existsSync(node) ? node : undefined;
}

async function install() {
  rmSync(stampFile, { force: true });
  const isFirst = !existsSync(join(modulesDir, "wrangler"));
  const name = isFirst ? "Installing npm packages (about 750 MB on disk)" : "Updating npm packages";
  await step(name, () => runNpm(process.execPath), countPackages);
  const node = chooseNode();
  if (leavesOutPackages()) {
    await step("Adding the packages that this Node is too old for", () => runNpm(node), countPackages);
  }
  // Relative, so that a copy of the folder uses its own.
  const recorded = node.startsWith(modulesDir) ? relative(root, node) : node;
  writeFileSync(stampFile, JSON.stringify({ fingerprint: fingerprintDependencies(), node: recorded }));
  return node;
}

function fingerprintDependencies() {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  return createHash("sha256")
    .update(JSON.stringify([dependencies, devDependencies, optionalDependencies, process.platform, process.arch]))
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** @returns {{ fingerprint: string, node: string } | undefined} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return undefined;
  }
}

function makeWritable() {
  try {
    mkdirSync(join(berthDir, "logs"), { recursive: true });
    mkdirSync(modulesDir, { recursive: true });
  } catch (error) {
    throw new SetupFailure(
      `The folder ${root} cannot be written (${/** @type {NodeJS.ErrnoException} */ (error).code}).`,
      "Clone the project into a folder of your own, or change its owner.",
      error,
    );
  }
  if (existsSync(join(modulesDir, "wrangler"))) {
    return;
  }
  // Node has it from 18.15 on; an older one finds out when the disk is full.
  const disk = fs.statfsSync?.(root);
  const free = disk ? disk.bavail * disk.bsize : NEEDED_BYTES;
  if (free < NEEDED_BYTES) {
    throw new SetupFailure(
      `Set-up needs ${NEEDED_BYTES / 1e9} GB on the disk of this folder, and ${(free / 1e9).toFixed(1)} GB are free.`,
      "Free some space, or clone the project onto another disk.",
    );
  }
}

/**
 * Compiled tools are optional packages, one for each platform, and npm silently leaves out those that name a newer
 * Node than its own. They ask for ^20.19 || >=22.12.
 */
function leavesOutPackages() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major < 20 || major === 21 || (major === 20 && minor < 19) || (major === 22 && minor < 12);
}

/**
 * The npm that runs this script, else the one on PATH: pnpm and yarn lay node_modules out differently.
 * @param {string} node
 */
function npmCommand(node) {
  const running = process.env.npm_execpath ?? "";
  return /^npm(-cli)?\.c?js$/.test(basename(running)) ? [node, running] : ["npm"];
}

/** @param {string} node what npm itself runs on */
async function runNpm(node) {
  try {
    await installPackages(node, "--prefer-offline");
  } catch (error) {
    if (!isStale(error)) {
      throw error;
    }
    process.stderr.write("npm's cache does not know yet of a version that is asked for: asking the registry …\n");
    await installPackages(node, "--prefer-online");
  }
}

/**
 * A cache that is older than the lock file makes npm believe that a version does not exist.
 * @param {unknown} error
 */
function isStale(error) {
  return error instanceof SetupFailure && /code (ETARGET|ENOVERSIONS)\b/.test(error.message);
}

/**
 * @param {string} node
 * @param {"--prefer-offline" | "--prefer-online"} preference whether what the cache says of packages is believed
 */
async function installPackages(node, preference) {
  const logFile = join(berthDir, "logs", "npm-install.log");
  const install = startNpm(node, [...installArguments, preference]);
  // Without a network npm takes minutes to say so, one package after the other; its cache may yet have everything.
  const ping = startNpm(node, ["ping", "--fetch-retries=0", "--loglevel=error"]);
  ping.ended.then(({ code, output }) => {
    unreachable = code === 0 ? undefined : recogniseFailure(output);
    if (unreachable) {
      setTimeout(() => install.child.kill(), CACHE_ONLY_MS).unref();
    }
  }, ignore);
  const { code, output } = await install.ended;
  ping.child.kill();
  writeFileSync(logFile, output);
  if (code !== 0) {
    throw unreachable ?? explain(output, logFile);
  }
}

/**
 * @param {string} node
 * @param {readonly string[]} args
 */
function startNpm(node, args) {
  const [command, ...npm] = npmCommand(node);
  const child = spawn(command, [...npm, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    // NODE_ENV=production would leave out the development tools, which is everything that runs here.
    env: {
      ...process.env,
      PATH: [dirname(node), process.env.PATH].join(delimiter),
      NODE_ENV: "development",
      SCARF_ANALYTICS: "false",
      npm_config_update_notifier: "false",
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  /** @type {Promise<{ code: number | null, output: string }>} */
  const ended = new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(
        new SetupFailure(
          "npm is not on the PATH.",
          "Install Node with npm 9 or newer (Debian, Ubuntu: apt install npm).",
          error,
        ),
      ),
    );
    child.on("close", (code) => resolve({ code, output }));
  });
  return { child, ended };
}

function ignore() {
  // The installation itself tells what is wrong.
}

/**
 * @param {string} output
 * @param {string} logFile
 */
function explain(output, logFile) {
  const lastError =
    output
      .split("\n")
      .filter((line) => /npm (err|error)/i.test(line))
      .at(0) ?? "";
  return (
    recogniseFailure(output) ??
    new SetupFailure(
      `npm install failed: ${lastError.replace(/^npm (err!|error)\s*/i, "") || "no reason given"}`,
      `Its output is in ${relative(root, logFile)}.`,
    )
  );
}

function countPackages() {
  let count = 0;
  for (const name of readdirSync(modulesDir)) {
    count += name.startsWith("@") ? readdirSync(join(modulesDir, name)).length : Number(!name.startsWith("."));
  }
  return `${count} packages${unreachable ? ", the registry does not answer" : ""}`;
}
