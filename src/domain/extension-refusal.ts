import type { ExtensionAnalysis } from "./extension.ts";
import type { Failure } from "./failure.ts";

/** The extension, as far as a refusal needs it. */
export interface JudgedExtension {
  readonly id: string;
  readonly name: string;
  readonly analysis: ExtensionAnalysis;
}

/** The refusal of a session for one of its extensions. */
export const extensionRefusal = ({ id, name }: Pick<JudgedExtension, "id" | "name">, why: string): Failure => ({
  kind: "unsupported",
  feature: "extensions",
  field: "browser.extensions",
  reason: `extension "${name}" (${id}) ${why}`,
});

/** The refusal of one that would not run where Berth plays the browser's part: what it needs is not played. */
export function unplayable(extension: JudgedExtension): Failure | undefined {
  const { support, unsupported } = extension.analysis;
  if (support !== "unsupported") return undefined;
  return extensionRefusal(
    extension,
    `runs only in browsers that load extensions, which this session has none of: it needs ${named(unsupported)}`,
  );
}

/** A message names some; the extension itself shows all. */
const MAX_NAMED = 10;

function named(apis: readonly string[]): string {
  const more = apis.length - MAX_NAMED;
  return apis.slice(0, MAX_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
