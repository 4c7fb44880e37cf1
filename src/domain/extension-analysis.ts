import type { ExtensionAnalysis, ExtensionManifest } from "./extension.ts";
import { UNPLAYED_KEYS, unplayedApi, unplayedByPermission } from "./extension-apis.ts";
import { askedPermissions } from "./extension-manifest.ts";
import type { ApiUses } from "./extension-scan.ts";

/** More are a list that nobody reads. */
const MAX_NAMED = 100;

/** A difference from a browser that loads the extension, and what of an extension makes it matter. */
interface Limit {
  readonly sentence: string;
  readonly apis?: readonly string[];
  readonly keys?: readonly string[];
  readonly permissions?: readonly string[];
}

const LIMITS: readonly Limit[] = [
  {
    sentence: "There is no toolbar: the popup cannot be opened and chrome.action.onClicked never fires.",
    apis: ["action"],
    keys: ["action"],
  },
  {
    sentence: "There are no context menus: chrome.contextMenus.onClicked never fires.",
    apis: ["contextMenus"],
    permissions: ["contextMenus"],
  },
  {
    sentence: "There are no keyboard shortcuts: chrome.commands.onCommand never fires.",
    apis: ["commands"],
    keys: ["commands"],
  },
  {
    sentence: "Notifications are not shown, and none of their events fires.",
    apis: ["notifications"],
    permissions: ["notifications"],
  },
  { sentence: "The options page cannot be opened.", keys: ["options_page", "options_ui"] },
  { sentence: "Sandboxed pages cannot be opened.", keys: ["sandbox"] },
  { sentence: "No tab is ever activated: chrome.tabs.onActivated never fires.", apis: ["tabs.onActivated"] },
  {
    sentence: "Pages and other extensions cannot send it messages: onMessageExternal and onConnectExternal never fire.",
    apis: ["runtime.onMessageExternal", "runtime.onConnectExternal"],
    keys: ["externally_connectable"],
  },
  {
    sentence: "Closed shadow roots stay closed: chrome.dom.openOrClosedShadowRoot answers null for them.",
    apis: ["dom.openOrClosedShadowRoot"],
  },
  { sentence: "chrome.runtime.reload does nothing.", apis: ["runtime.reload"] },
  { sentence: "chrome.runtime.setUninstallURL does nothing.", apis: ["runtime.setUninstallURL"] },
];

const FILES_LIMIT = "Match patterns of file: match nothing.";

/** What an extension needs, by its manifest and the APIs that its code uses. */
export function analyse(manifest: ExtensionManifest, uses: ApiUses): ExtensionAnalysis {
  const unsupported = unplayed(manifest, uses);
  const limits = limitsOf(manifest, uses);
  const support = unsupported.length > 0 ? "unsupported" : limits.length > 0 ? "emulated" : "full";
  return { support, unsupported, limits };
}

function unplayed(manifest: ExtensionManifest, uses: ApiUses): readonly string[] {
  const keys = UNPLAYED_KEYS.filter((key) => manifest[key] !== undefined);
  const byPermission = askedPermissions(manifest).map(unplayedByPermission);
  const used = [...uses].map((chain) => unplayedApi(chain.split(".")));
  const apis = [...new Set([...used, ...byPermission])].filter((name) => name !== undefined).toSorted();
  // A namespace says nothing that one of its methods, which sorts after it, does not.
  const named = apis.filter((name, at) => !(apis[at + 1] ?? "").startsWith(`${name}.`));
  return [...named, ...keys].slice(0, MAX_NAMED);
}

function limitsOf(manifest: ExtensionManifest, uses: ApiUses): readonly string[] {
  const permissions = askedPermissions(manifest);
  const isUsed = (api: string): boolean => [...uses].some((chain) => chain === api || chain.startsWith(`${api}.`));
  const matters = ({ apis = [], keys = [], permissions: opening = [] }: Limit): boolean =>
    keys.some((key) => manifest[key] !== undefined) ||
    opening.some((permission) => permissions.includes(permission)) ||
    apis.some(isUsed);
  const limits = LIMITS.filter(matters).map(({ sentence }) => sentence);
  return namesFiles(manifest) ? [...limits, FILES_LIMIT] : limits;
}

const namesFiles = (manifest: ExtensionManifest): boolean =>
  /"file:\/\//.test(JSON.stringify([askedPermissions(manifest), manifest["content_scripts"] ?? []]));
