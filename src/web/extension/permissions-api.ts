import type { ExtensionManifest } from "../../domain/extension.ts";
import { areTexts } from "../../domain/json-shapes.ts";
import { methods } from "./answers.ts";
import { ExtensionEvent } from "./events.ts";

interface Asked {
  readonly permissions?: readonly string[];
  readonly origins?: readonly string[];
}

/** `chrome.permissions`: what a manifest calls optional is granted to whoever asks for it. */
export function permissionsApi(manifest: ExtensionManifest) {
  const named = (key: string): readonly string[] => (areTexts(manifest[key]) ? manifest[key] : []);
  const isOrigin = (permission: string): boolean => permission === "<all_urls>" || permission.includes("://");
  const scripts = (manifest["content_scripts"] ?? []) as readonly { readonly matches: readonly string[] }[];
  const required = new Set([...named("permissions"), ...named("host_permissions")]);
  const optional = new Set([...named("optional_permissions"), ...named("optional_host_permissions")]);
  const granted = new Set(required);
  const onAdded = new ExtensionEvent();
  const onRemoved = new ExtensionEvent();
  const listed = ({ permissions = [], origins = [] }: Asked = {}): readonly string[] => [...permissions, ...origins];
  const described = (all: readonly string[]) => ({
    permissions: all.filter((each) => !isOrigin(each)),
    origins: all.filter(isOrigin),
  });
  return {
    onAdded,
    onRemoved,
    ...methods({
      getAll: () => {
        const { permissions, origins } = described([...granted]);
        return { permissions, origins: [...new Set([...origins, ...scripts.flatMap(({ matches }) => matches)])] };
      },
      contains: (asked?: Asked) => listed(asked).every((each) => granted.has(each) || granted.has("<all_urls>")),
      request: (asked?: Asked) => {
        const wanted = listed(asked);
        if (!wanted.every((each) => optional.has(each) || required.has(each))) {
          throw new Error("Only permissions specified in the manifest may be requested.");
        }
        const added = wanted.filter((each) => !granted.has(each));
        for (const each of added) granted.add(each);
        if (added.length > 0) onAdded.tell(described(added));
        return true;
      },
      remove: (asked?: Asked) => {
        const wanted = listed(asked);
        if (wanted.some((each) => required.has(each))) throw new Error("You cannot remove required permissions.");
        const removed = wanted.filter((each) => granted.delete(each));
        if (removed.length > 0) onRemoved.tell(described(removed));
        return removed.length > 0;
      },
    }),
  };
}
