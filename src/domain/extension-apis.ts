/*
 * What of Chrome's extension APIs is played where the browser loads no extensions. Nothing else says so: uploads are
 * measured by these tables, and docs/extensions.md repeats them, which a test compares.
 */

/** `every` stands for all that a namespace has. Constants and enumerations, in capitals, go without saying. */
export const PLAYED_APIS = {
  runtime: [
    "id",
    "lastError",
    "getURL",
    "getManifest",
    "getPlatformInfo",
    "sendMessage",
    "onMessage",
    "connect",
    "onConnect",
    "onInstalled",
    "onStartup",
    "onSuspend",
    "onUpdateAvailable",
    "onMessageExternal",
    "onConnectExternal",
    "setUninstallURL",
    "reload",
  ],
  storage: ["local", "session", "sync", "managed", "onChanged"],
  i18n: ["getMessage", "getUILanguage", "getAcceptLanguages"],
  alarms: ["create", "get", "getAll", "clear", "clearAll", "onAlarm"],
  declarativeNetRequest: [
    "getDynamicRules",
    "updateDynamicRules",
    "getSessionRules",
    "updateSessionRules",
    "getEnabledRulesets",
    "updateEnabledRulesets",
    "getAvailableStaticRuleCount",
    "isRegexSupported",
    "setExtensionActionOptions",
  ],
  tabs: [
    "query",
    "get",
    "getCurrent",
    "sendMessage",
    "connect",
    "create",
    "update",
    "remove",
    "reload",
    "onUpdated",
    "onCreated",
    "onRemoved",
    "onActivated",
  ],
  scripting: ["executeScript", "insertCSS", "removeCSS"],
  action: "every",
  contextMenus: "every",
  commands: "every",
  notifications: "every",
  permissions: ["contains", "getAll", "request", "remove", "onAdded", "onRemoved"],
  extension: ["getURL", "inIncognitoContext", "isAllowedIncognitoAccess", "isAllowedFileSchemeAccess"],
  dom: ["openOrClosedShadowRoot"],
  /** Its constants only. */
  windows: [],
  management: ["getSelf"],
} as const satisfies Readonly<Record<string, readonly string[] | "every">>;

/** What each of the storage areas has. */
export const PLAYED_OF_STORAGE_AREAS = [
  "get",
  "set",
  "remove",
  "clear",
  "getBytesInUse",
  "getKeys",
  "setAccessLevel",
  "onChanged",
] as const;

/** Namespaces that Chrome has and Berth does not play. What is in neither list belongs to pages, or to nobody. */
const OTHER_NAMESPACES: ReadonlySet<string> = new Set(
  `accessibilityFeatures audio bookmarks browserAction browsingData certificateProvider contentSettings cookies
  debugger declarativeContent desktopCapture devtools dns documentScan downloads enterprise fileBrowserHandler
  fileSystemProvider fontSettings gcm history identity idle input instanceID loginState offscreen omnibox pageAction
  pageCapture platformKeys power printerProvider printing printingMetrics privacy processes proxy readingList search
  sessions sidePanel socket system systemLog tabCapture tabGroups topSites tts ttsEngine types userScripts vpnProvider
  wallpaper webAuthenticationProxy webNavigation webRequest`.split(/\s+/),
);

/** Names that every object has. */
const OF_OBJECTS: ReadonlySet<string> = new Set(["constructor", "hasOwnProperty", "toString", "valueOf"]);

const PLAYED: ReadonlyMap<string, readonly string[] | "every"> = new Map(Object.entries(PLAYED_APIS));
const STORAGE_AREAS: ReadonlySet<string> = new Set(["local", "session", "sync", "managed"]);
const OF_STORAGE_AREAS: ReadonlySet<string> = new Set(PLAYED_OF_STORAGE_AREAS);

const isConstant = (name: string): boolean => /^[A-Z]/.test(name);

/**
 * What of a chain of names after `chrome` is not played: `chrome.debugger.attach`, or the namespace where nothing is
 * said of what is in it. `undefined` when it is played, or no API.
 */
export function unplayedApi([namespace = "", member, inner]: readonly string[]): string | undefined {
  const known = PLAYED.get(namespace);
  if (known === undefined) {
    if (!OTHER_NAMESPACES.has(namespace)) return undefined;
    return member === undefined || OF_OBJECTS.has(member) ? `chrome.${namespace}` : `chrome.${namespace}.${member}`;
  }
  if (member === undefined || known === "every" || isConstant(member) || OF_OBJECTS.has(member)) return undefined;
  if (!known.includes(member)) return `chrome.${namespace}.${member}`;
  if (namespace !== "storage" || !STORAGE_AREAS.has(member)) return undefined;
  const isPlayed = inner === undefined || isConstant(inner) || OF_OBJECTS.has(inner) || OF_STORAGE_AREAS.has(inner);
  return isPlayed ? undefined : `chrome.storage.${member}.${inner}`;
}

/** Permissions that are not called like the API that they open. */
const OPENED_BY: ReadonlyMap<string, string> = new Map([
  ["management", "chrome.management"],
  ["nativeMessaging", "chrome.runtime.connectNative"],
  ["webRequestBlocking", "chrome.webRequest"],
  ["webRequestAuthProvider", "chrome.webRequest"],
]);

/** The API that a permission opens, where that is not played. */
export function unplayedByPermission(permission: string): string | undefined {
  // `system.cpu`, `identity.email`
  const [namespace = ""] = permission.split(".", 1);
  return OPENED_BY.get(permission) ?? (OTHER_NAMESPACES.has(namespace) ? `chrome.${namespace}` : undefined);
}

/** Keys of a manifest that ask for a part of the browser that is not played. */
export const UNPLAYED_KEYS = [
  "side_panel",
  "devtools_page",
  "chrome_url_overrides",
  "chrome_settings_overrides",
  "omnibox",
  "input_components",
  "file_browser_handlers",
  "file_handlers",
  "tts_engine",
  "event_rules",
] as const;
