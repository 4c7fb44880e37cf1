import { openZipPackage, type ZipPackage } from "../accounts/zip-package.ts";
import type { Extension, ExtensionManifest } from "../domain/extension.ts";
import { analyse } from "../domain/extension-analysis.ts";
import { areMessages, hasMessage, localeProblem, messageFiles, nameMessage } from "../domain/extension-locales.ts";
import { parseManifest } from "../domain/extension-manifest.ts";
import { referenceProblem, ruleFiles, rulesProblem } from "../domain/extension-references.ts";
import { addApiUses, holdsCode } from "../domain/extension-scan.ts";
import { parseLenientJson } from "../domain/lenient-json.ts";
import { fail, type Result, succeed } from "../domain/result.ts";

/** What an upload turned out to be. */
export type ReadExtension = Pick<Extension, "manifest" | "analysis" | "bytes">;

const MANIFEST = "manifest.json";

/**
 * Reads an upload to its end, one file after the other, so that whatever is kept can be read again.
 *
 * @returns what it is, or the first thing that is wrong with it.
 */
export async function readExtension(content: Uint8Array): Promise<Result<ReadExtension, string>> {
  const opened = openZipPackage(content);
  if (!opened.ok) return opened;
  const zip = opened.value;
  if (!zip.paths.has(MANIFEST)) return fail(`${MANIFEST} is missing from the package's root`);
  const written = await zip.read(MANIFEST);
  if (!written.ok) return written;
  const parsed = parseManifest(written.value);
  if (!parsed.ok) return ofManifest(parsed.failure);
  const manifest = parsed.value;
  const misplaced = localeProblem(manifest, zip.paths) ?? referenceProblem(manifest, zip.paths);
  if (misplaced !== undefined) return ofManifest(misplaced);
  const uses = await readFiles(zip, manifest);
  if (!uses.ok) return uses;
  return succeed({ manifest, analysis: analyse(manifest, uses.value), bytes: zip.bytes });
}

const ofManifest = (problem: string): Result<never, string> => fail(`${MANIFEST}: ${problem}`);

/** Every file is unpacked once. */
async function readFiles(zip: ZipPackage, manifest: ExtensionManifest): Promise<Result<Set<string>, string>> {
  const uses = new Set<string>();
  const judge = createJudge(zip, manifest);
  for (const path of zip.paths) {
    const file = await zip.read(path);
    if (!file.ok) return file;
    const problem = judge(path, file.value);
    if (problem !== undefined) return fail(problem);
    if (holdsCode(path)) addApiUses(uses, file.value);
  }
  return succeed(uses);
}

/** Says what is wrong with a file that has to hold JSON of some kind. */
function createJudge(
  { paths }: ZipPackage,
  manifest: ExtensionManifest,
): (path: string, content: Uint8Array) => string | undefined {
  const rules = new Set(ruleFiles(manifest));
  const messages = new Set(messageFiles(paths));
  const name = nameMessage(manifest);
  const defaults = `_locales/${String(manifest["default_locale"])}/messages.json`;
  return (path, content) => {
    if (rules.has(path)) {
      const problem = rulesProblem(parseLenientJson(content));
      return problem && `${path} ${problem}`;
    }
    if (!messages.has(path)) return undefined;
    const found = parseLenientJson(content);
    if (!areMessages(found)) return `${path} must be a JSON object of messages`;
    const isUnnamed = path === defaults && name !== undefined && !hasMessage(found, name);
    return isUnnamed ? `${MANIFEST}: name is __MSG_${name}__, which ${path} does not have` : undefined;
  };
}
