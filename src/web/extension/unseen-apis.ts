import { methods } from "./answers.ts";
import { ENUMERATIONS } from "./enumerations.ts";
import { ExtensionEvent } from "./events.ts";

/*
 * APIs of what nobody sees: a session's browser has no toolbar, no menus, no shortcuts and shows no notifications.
 * Their methods succeed to no effect, and their events never come.
 */

const nothing = (names: readonly string[]): Record<string, unknown> =>
  methods(Object.fromEntries(names.map((name) => [name, () => undefined])));

const events = (names: readonly string[]): Record<string, ExtensionEvent> =>
  Object.fromEntries(names.map((name) => [name, new ExtensionEvent()]));

/** What is set can be read again. */
function settings(defaults: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const values = new Map(Object.entries(defaults));
  const runs = Object.keys(defaults).flatMap((name) => {
    const set = (details: Readonly<Record<string, unknown>> = {}): void => {
      const [, value] = Object.entries(details).find(([key]) => key !== "tabId") ?? [];
      values.set(name, value ?? defaults[name]);
    };
    return [[`get${name}`, () => values.get(name)] as const, [`set${name}`, set] as const];
  });
  return methods(Object.fromEntries(runs));
}

export function actionApi(title: string, popup: string): Record<string, unknown> {
  let isEnabled = true;
  const colour = [0, 0, 0, 0];
  return {
    ...settings({
      BadgeText: "",
      Title: title,
      Popup: popup,
      BadgeBackgroundColor: colour,
      BadgeTextColor: colour,
    }),
    ...nothing(["setIcon"]),
    ...methods({
      enable: () => void (isEnabled = true),
      disable: () => void (isEnabled = false),
      isEnabled: () => isEnabled,
      getUserSettings: () => ({ isOnToolbar: false }),
      openPopup: () => {
        throw new Error("Could not find an active browser window.");
      },
    }),
    ...events(["onClicked", "onUserSettingsChanged"]),
  };
}

export function contextMenusApi(): Record<string, unknown> {
  let count = 0;
  const made = methods({ made: () => undefined })["made"];
  return {
    ACTION_MENU_TOP_LEVEL_LIMIT: 6,
    ...ENUMERATIONS.contextMenus,
    create: (properties: { readonly id?: unknown }, callback?: unknown): unknown => {
      if (typeof callback === "function") made?.(callback);
      count += 1;
      return properties.id ?? count;
    },
    ...nothing(["update", "remove", "removeAll", "refresh"]),
    ...events(["onClicked"]),
  };
}

export const commandsApi = (): Record<string, unknown> => ({
  ...methods({ getAll: () => [] }),
  ...events(["onCommand"]),
});

export function notificationsApi(): Record<string, unknown> {
  let count = 0;
  return {
    ...ENUMERATIONS.notifications,
    ...methods({
      create: (...given: readonly unknown[]) => {
        count += 1;
        return typeof given[0] === "string" && given[0] !== "" ? given[0] : `notification-${count}`;
      },
      update: () => false,
      clear: () => false,
      getAll: () => ({}),
      getPermissionLevel: () => "denied",
    }),
    ...events(["onClicked", "onClosed", "onButtonClicked", "onPermissionLevelChanged", "onShowSettings"]),
  };
}
