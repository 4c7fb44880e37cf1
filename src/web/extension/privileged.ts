import { PLAYED_APIS } from "../../domain/extension-apis.ts";
import { askedPermissions } from "../../domain/extension-manifest.ts";
import type { ExtensionConfig, PlayedTab } from "../../domain/extension-link.ts";
import { isObject, isText } from "../../domain/json-shapes.ts";
import { methods } from "./answers.ts";
import { alarmsApi } from "./alarms-api.ts";
import { ENUMERATIONS } from "./enumerations.ts";
import { ExtensionEvent } from "./events.ts";
import { permissionsApi } from "./permissions-api.ts";
import type { Place } from "./place.ts";
import { coreApi, privilegedRuntime } from "./runtime-api.ts";
import { scriptingApi } from "./scripting-api.ts";
import { tabReader, tabsApi } from "./tabs-api.ts";
import { actionApi, commandsApi, contextMenusApi, notificationsApi } from "./unseen-apis.ts";

/** What Chrome gives an extension's background and pages, as far as its manifest asks for it; all but storage. */
export function privilegedApi(place: Place, config: ExtensionConfig) {
  const toTab = tabReader(config.manifest);
  const core = coreApi({ place, config, toTab });
  const { manifest, messages, ports } = core;
  const own = privilegedRuntime();
  const runtime = Object.defineProperties(own, Object.getOwnPropertyDescriptors(core.api.runtime)) as typeof own &
    typeof core.api.runtime;
  const tabs = tabsApi({ place, messages, ports, toTab });
  place.onEvent("tabs.", tabs.tell);
  const asked = askedPermissions(manifest);
  const has = (permission: string): boolean => asked.includes(permission);
  const api = {
    ...core.api,
    runtime,
    tabs: tabs.api,
    windows: { WINDOW_ID_NONE: -1, WINDOW_ID_CURRENT: -2, ...ENUMERATIONS.windows },
    permissions: permissionsApi(manifest),
    management: methods({ getSelf: () => self(config, manifest) }),
    ...(has("scripting") && { scripting: scriptingApi(place) }),
    ...(has("alarms") && { alarms: alarmsApi() }),
    ...(asked.some((each) => each.startsWith("declarativeNetRequest")) && { declarativeNetRequest: rulesApi(place) }),
    ...(has("contextMenus") && { contextMenus: contextMenusApi() }),
    ...(has("notifications") && { notifications: notificationsApi() }),
    ...(isObject(manifest["action"]) && { action: action(manifest["action"], runtime.getURL) }),
    ...(manifest["commands"] !== undefined && { commands: commandsApi() }),
  };
  return { api, runtime, openTab: (url: string) => openTab(place, url, toTab) };
}

function openTab(place: Place, url: string, toTab: (tab: PlayedTab) => object): Promise<object> {
  const address = new URL(url, `${location.origin}/`).href;
  return place.ask("browser", "tabs.create", [{ url: address }]).then((tab) => toTab(tab as PlayedTab));
}

const rulesApi = (place: Place) => ({
  ...ENUMERATIONS.declarativeNetRequest,
  DYNAMIC_RULESET_ID: "_dynamic",
  SESSION_RULESET_ID: "_session",
  GUARANTEED_MINIMUM_STATIC_RULES: 30_000,
  MAX_NUMBER_OF_DYNAMIC_RULES: 30_000,
  MAX_NUMBER_OF_SESSION_RULES: 5000,
  MAX_NUMBER_OF_STATIC_RULESETS: 100,
  MAX_NUMBER_OF_ENABLED_STATIC_RULESETS: 50,
  MAX_NUMBER_OF_REGEX_RULES: 1000,
  ...methods(
    Object.fromEntries(
      // The session's object carries them out.
      PLAYED_APIS.declarativeNetRequest.map((name) => [
        name,
        (...args: readonly unknown[]) => place.ask("browser", `declarativeNetRequest.${name}`, args),
      ]),
    ),
  ),
  onRuleMatchedDebug: new ExtensionEvent(),
});

function action(declared: Readonly<Record<string, unknown>>, getURL: (path: string) => string) {
  const { default_title: title, default_popup: popup } = declared;
  return actionApi(isText(title) ? title : "", isText(popup) ? getURL(popup) : "");
}

function self({ id }: ExtensionConfig, manifest: ExtensionConfig["manifest"]): object {
  const { name, description = "", version } = manifest;
  const fixed = { enabled: true, installType: "normal", mayDisable: true, type: "extension", isApp: false };
  return { id, name, shortName: name, description, version, offlineEnabled: false, ...fixed };
}
