import { methods } from "./answers.ts";
import { ExtensionEvent } from "./events.ts";
import { AREAS, type AreaName, type Changes } from "./storage-store.ts";

const METHODS = ["get", "set", "remove", "clear", "getBytesInUse", "getKeys", "setAccessLevel"];

const CONSTANTS: Readonly<Record<AreaName, object>> = {
  local: { QUOTA_BYTES: 10_485_760 },
  session: { QUOTA_BYTES: 10_485_760 },
  sync: {
    QUOTA_BYTES: 102_400,
    QUOTA_BYTES_PER_ITEM: 8192,
    MAX_ITEMS: 512,
    MAX_WRITE_OPERATIONS_PER_HOUR: 1800,
    MAX_WRITE_OPERATIONS_PER_MINUTE: 120,
  },
  managed: {},
};

/** `chrome.storage`, over whoever has what is stored. */
export function storageApi(run: (area: AreaName, method: string, args: readonly unknown[]) => unknown) {
  const onChanged = new ExtensionEvent();
  const events = new Map(AREAS.map((area) => [area, new ExtensionEvent()]));
  const areas = AREAS.map((area) => {
    const runs = METHODS.map((name) => [name, (...args: readonly unknown[]) => run(area, name, args)] as const);
    return [area, { ...methods(Object.fromEntries(runs)), ...CONSTANTS[area], onChanged: events.get(area) }] as const;
  });
  const changed = (area: AreaName, changes: Changes): void => {
    events.get(area)?.tell(changes);
    onChanged.tell(changes, area);
  };
  const api = {
    ...Object.fromEntries(areas),
    onChanged,
    AccessLevel: {
      TRUSTED_CONTEXTS: "TRUSTED_CONTEXTS",
      TRUSTED_AND_UNTRUSTED_CONTEXTS: "TRUSTED_AND_UNTRUSTED_CONTEXTS",
    },
  };
  return { api, changed };
}
