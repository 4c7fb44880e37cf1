import type { ExtensionManifest } from "./extension.ts";
import { areTexts, isObject, nestsAtMost } from "./json-shapes.ts";
import { parseLenientJson } from "./lenient-json.ts";
import { fail, type Result, succeed } from "./result.ts";

/** The list of an account's extensions shows every manifest: a hundred of these still fit into one answer of D1. */
export const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_DEPTH = 32;
const LARGEST_VERSION_PART = 65_535;

const PERMISSION_KEYS = [
  "permissions",
  "optional_permissions",
  "host_permissions",
  "optional_host_permissions",
] as const;

/** @returns a `manifest.json` that Chrome would load as far as it can be told from it alone, or what is wrong with it. */
export function parseManifest(bytes: Uint8Array): Result<ExtensionManifest, string> {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) return fail(`larger than ${MAX_MANIFEST_BYTES / 1024} KB`);
  const manifest = parseLenientJson(bytes);
  if (manifest === undefined) return fail("not valid JSON");
  if (!isObject(manifest)) return fail("not a JSON object");
  if (!nestsAtMost(manifest, MAX_DEPTH)) return fail(`nested deeper than ${MAX_DEPTH} levels`);
  const problem = versionProblem(manifest) ?? nameProblem(manifest) ?? permissionProblem(manifest);
  return problem === undefined ? succeed(manifest) : fail(problem);
}

function versionProblem({ manifest_version: format, version }: ExtensionManifest): string | undefined {
  if (format === 2) return "manifest_version is 2, which Chrome no longer loads: it must be 3";
  if (format !== 3) return "manifest_version must be 3";
  if (version === undefined) return "version is missing";
  const isVersion = typeof version === "string" && /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){0,3}$/.test(version);
  const isInRange = isVersion && version.split(".").every((part) => Number(part) <= LARGEST_VERSION_PART);
  return isInRange ? undefined : `version must be one to four integers from 0 to ${LARGEST_VERSION_PART} between dots`;
}

function nameProblem({ name }: ExtensionManifest): string | undefined {
  if (name === undefined) return "name is missing";
  return typeof name === "string" && name.trim() !== "" ? undefined : "name must be a string that is not empty";
}

function permissionProblem(manifest: ExtensionManifest): string | undefined {
  const wrong = PERMISSION_KEYS.find((key) => manifest[key] !== undefined && !areTexts(manifest[key]));
  return wrong && `${wrong} must be an array of strings`;
}

/** Everything that a manifest asks for, now or later: names of permissions, and match patterns. */
export const askedPermissions = (manifest: ExtensionManifest): readonly string[] =>
  PERMISSION_KEYS.flatMap((key) => (areTexts(manifest[key]) ? manifest[key] : []));

/** The path in the package that a manifest means: it may begin with a slash or `./`, and go on with a query. */
export function packagePath(written: string): string {
  const [path = ""] = written.split(/[?#]/, 1);
  return path.replace(/^(?:\.?\/)+/, "");
}
