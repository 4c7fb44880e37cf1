import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { step } from "../setup/progress.mjs";
import { type BrowserCandidate, identify } from "./browser-candidates.ts";
import { berthDir, root } from "./paths.ts";

const packageDir = join(root, "node_modules", "@sparticuz", "chromium");

/** The package has a build for this platform only. */
export const isPackagedChromiumSupported = process.platform === "linux" && process.arch === "x64";

/** Languages as a full Chrome has them: the shell leaves out the second one. */
export const packagedFlags: readonly string[] = ["--accept-lang=en-US,en"];

/**
 * Unpacks the headless shell that comes from npm, with its libraries, fonts and software GPU, and describes how to
 * run it. The package's own code is not used: it unpacks to fixed names in the temporary folder, and its flags
 * are made for a single-process sandbox of one cloud (no site isolation, no web security).
 */
export async function unpackChromium(): Promise<BrowserCandidate> {
  const { version } = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8")) as { version: string };
  const dir = join(berthDir, "chromium", version);
  const path = join(dir, "chrome");
  if (!existsSync(path)) {
    await step(`Unpacking Chromium ${version} from npm (220 MB)`, () => unpackAll(dir));
  }
  // Written anew each time: it names this folder, which may have been moved, and without a font Chromium crashes.
  await writeFile(join(dir, "fonts", "fonts.conf"), fontConfiguration(join(dir, "fonts")));
  return {
    source: "packaged",
    path,
    environment: { LD_LIBRARY_PATH: join(dir, "lib"), FONTCONFIG_PATH: join(dir, "fonts") },
    flags: packagedFlags,
    identity: identify(path),
  };
}

async function unpackAll(dir: string): Promise<void> {
  const partial = `${dir}.partial-${process.pid}`;
  await rm(dirname(dir), { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const { extract } = createRequire(join(packageDir, "package.json"))("tar-fs") as {
    extract: (dir: string) => Writable;
  };
  await unpack("chromium.br", createWriteStream(join(partial, "chrome")));
  await chmod(join(partial, "chrome"), 0o755);
  // Chromium looks for its GPU libraries beside the binary.
  await unpack("swiftshader.tar.br", extract(partial));
  await unpack("al2023.tar.br", extract(partial));
  await unpack("fonts.tar.br", extract(partial));
  await rename(partial, dir);
}

async function unpack(archive: string, target: Writable): Promise<void> {
  const source = createReadStream(join(packageDir, "bin", archive), { highWaterMark: 1 << 22 });
  await pipeline(source, createBrotliDecompress({ chunkSize: 1 << 21 }), target);
}

/** The package's own file names folders that exist only in its cloud. The system's fonts are used where there are any. */
function fontConfiguration(fontsDir: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${escapeXml(fontsDir)}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>${escapeXml(join(berthDir, "cache", "fontconfig"))}</cachedir>
</fontconfig>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
