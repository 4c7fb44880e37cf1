import { fail, type Result, succeed } from "./result.ts";
import type { ZipEntry } from "./zip-directory.ts";

/*
 * What may be in an uploaded package. Everything is judged by what the archive says, before a byte of it is unpacked;
 * unpacking then holds the archive to its word.
 */

export const MAX_FILES = 2_000;
export const MAX_FILE_BYTES = 20 * 1024 * 1024;
export const MAX_UNPACKED_BYTES = 50 * 1024 * 1024;
/** What people write packs to a tenth, seldom to a fiftieth. Small files of one letter do not matter. */
const MAX_RATIO = 200;
const SUSPICIOUS_BYTES = 1024 * 1024;

const MIB = 1024 * 1024;

/** What macOS puts beside files. */
const JUNK = /^__MACOSX\/|(?:^|\/)\.DS_Store$/;

/** The files of a package by their paths in it: the archive's, less one folder around everything. */
export type PackageFiles = ReadonlyMap<string, ZipEntry>;

/** @returns an archive's files, or what is wrong with one of them. */
export function packageFiles(entries: readonly ZipEntry[]): Result<PackageFiles, string> {
  for (const { path, isFolder } of entries) {
    const problem = pathProblem(isFolder ? path.slice(0, -1) : path);
    if (problem !== undefined) return fail(`the path ${JSON.stringify(path)} ${problem}`);
  }
  const files = entries.filter(({ path, isFolder }) => !isFolder && !JUNK.test(path));
  const problem = sizeProblem(files);
  if (problem !== undefined) return fail(problem);
  const strip = wrappingFolder(files).length;
  const byPath = new Map<string, ZipEntry>();
  const folded = new Set<string>();
  for (const file of files) {
    const path = file.path.slice(strip);
    const name = path.normalize("NFC").toLowerCase();
    if (folded.has(name)) return fail(`the path ${JSON.stringify(path)} is there twice, or in two spellings`);
    folded.add(name);
    byPath.set(path, file);
  }
  return succeed(byPath);
}

function pathProblem(path: string): string | undefined {
  if (path.includes("\\")) return "has a backslash";
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return "has control characters";
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "is absolute";
  const isPlain = path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
  return isPlain ? undefined : "leads out of the package, or nowhere";
}

function sizeProblem(files: readonly ZipEntry[]): string | undefined {
  if (files.length === 0) return "the archive is empty";
  if (files.length > MAX_FILES) return `more than ${MAX_FILES} files`;
  const large = files.find(({ bytes }) => bytes > MAX_FILE_BYTES);
  if (large !== undefined) return `${JSON.stringify(large.path)} is larger than ${MAX_FILE_BYTES / MIB} MB`;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > MAX_UNPACKED_BYTES) return `more than ${MAX_UNPACKED_BYTES / MIB} MB once unpacked`;
  const bomb = files.find(({ bytes, packedBytes }) => bytes > SUSPICIOUS_BYTES && bytes > packedBytes * MAX_RATIO);
  return bomb && `${JSON.stringify(bomb.path)} unpacks to more than ${MAX_RATIO} times its size`;
}

/** The folder, with its slash, that everything is below, as in archives of repositories; empty where there is none. */
function wrappingFolder(files: readonly ZipEntry[]): string {
  const [first] = files;
  const folder = first === undefined ? "" : first.path.slice(0, first.path.indexOf("/") + 1);
  return files.every(({ path }) => path.startsWith(folder)) ? folder : "";
}
