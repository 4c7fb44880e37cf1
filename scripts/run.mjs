// The first command in a fresh clone comes through here, on whatever Node the system has (18 or newer): plain
// JavaScript without dependencies. It installs what is missing and runs scripts/<command>.ts on the project's Node.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { clearAbandonedRuns, clearRun, killTree } from "./setup/browser-processes.mjs";
import { createAccountEnvironment, createEnvironment, createRunDir, root } from "./setup/environment.mjs";
import { SetupFailure, reportFailure } from "./setup/failure.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { typeScriptFlags } from "./setup/node-binary.mjs";

/** The child has this long to end by itself; every script bounds its own shut-down below it. */
const STOP_TIMEOUT_MS = 15_000;
const PARENT_POLL_MS = 500;

/** Commands that talk with the person at the terminal stay in its process group and get its Ctrl-C themselves. */
const INTERACTIVE = new Set(["dev", "deploy", "exec", "admin"]);

const [command = "start", ...args] = process.argv.slice(2);
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = reportFailure(error);
  },
);

async function main() {
  if (command !== "exec" && !existsSync(scriptFile())) {
    throw new SetupFailure(`There is no command "${command}".`, "See the scripts in package.json.");
  }
  const node = await ensureInstalled();
  await clearAbandonedRuns();
  const runDir = createRunDir();
  try {
    return await runChild(node, runDir);
  } finally {
    await clearRun(runDir);
  }
}

function scriptFile() {
  return join(root, "scripts", `${command}.ts`);
}

/** @param {string} node */
function commandLine(node) {
  if (command !== "exec") {
    return [...typeScriptFlags(node), scriptFile(), ...args];
  }
  const [tool = "", ...rest] = args;
  const isFile = /\.(m?js|ts)$/.test(tool);
  return isFile ? [...typeScriptFlags(node), resolve(tool), ...rest] : [findTool(tool), ...rest];
}

/** `exec` runs a file of the project, or the JavaScript file behind node_modules/.bin, on the project's Node. */
function findTool(/** @type {string} */ name) {
  const require = createRequire(join(root, "package.json"));
  try {
    const { bin } = require(join(root, "node_modules", name, "package.json"));
    return join(root, "node_modules", name, typeof bin === "string" ? bin : bin[name]);
  } catch {
    throw new SetupFailure(
      `There is no tool "${name}" in node_modules.`,
      "Name an npm package with a command, such as vitest or wrangler.",
    );
  }
}

/**
 * @param {string} node
 * @param {string} runDir
 * @returns {Promise<number>}
 */
function runChild(node, runDir) {
  const interactive = INTERACTIVE.has(command);
  const child = spawn(node, commandLine(node), {
    cwd: root,
    env: command === "deploy" ? createAccountEnvironment({ node }) : createEnvironment({ node, runDir }),
    // In a group of its own the child is told to stop by us alone, not by the terminal behind our back.
    detached: !interactive,
    // The channel tells the child when we are gone, however that came about.
    stdio: interactive ? "inherit" : ["ignore", "inherit", "inherit", "ipc"],
  });
  return superviseChild(child, interactive);
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {boolean} interactive
 * @returns {Promise<number>}
 */
function superviseChild(child, interactive) {
  let stopping = false;
  /** @param {NodeJS.Signals} name */
  const stop = (name) => {
    if (stopping) {
      return;
    }
    stopping = true;
    // The terminal has most likely sent its Ctrl-C to an interactive child already.
    setTimeout(() => child.kill(name === "SIGINT" ? "SIGTERM" : name), interactive && name === "SIGINT" ? 1_000 : 0);
    const force = interactive ? () => killTree(Number(child.pid)) : () => killGroup(child);
    setTimeout(force, STOP_TIMEOUT_MS).unref();
  };
  for (const name of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(name, () => stop(name));
  }
  const watch = watchParents(() => stop("SIGTERM"));
  return new Promise((done, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      if (!interactive) {
        killGroup(child);
      }
      done(code ?? 128 + (signal ? constants.signals[signal] : 1));
    });
  });
}

/**
 * npm runs us through a shell, and either may die without telling us: then our line of descent changes.
 * @param {() => void} onGone
 */
function watchParents(onGone) {
  const parents = describeParents();
  if (!process.env.npm_lifecycle_event || process.ppid === 1) {
    return undefined;
  }
  return setInterval(() => describeParents() !== parents && onGone(), PARENT_POLL_MS).unref();
}

function describeParents() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
    // Some shells replace themselves by us: then npm is the parent, and who started npm may come and go.
    const isShell = /\((ba|da|z|k)?sh\)/.test(stat);
    return `${process.ppid} ${isShell ? stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] : ""}`;
  } catch {
    // Not Linux: the parent is all that can be seen.
    return `${process.ppid}`;
  }
}

/** @param {import("node:child_process").ChildProcess} child */
function killGroup({ pid }) {
  try {
    process.kill(-Number(pid), "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}
