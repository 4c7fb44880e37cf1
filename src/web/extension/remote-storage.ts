import type { Place } from "./place.ts";
import { storageApi } from "./storage-api.ts";
import type { AreaName, Changes } from "./storage-store.ts";

/** `chrome.storage` of a place that is not the background, which has what is stored. */
export function remoteStorage(place: Place): object {
  const { api, changed } = storageApi((area, method, args) => place.ask("own", `storage.${area}.${method}`, args));
  place.onEvent("storage.", (_name, [area, changes]) => changed(area as AreaName, changes as Changes));
  return api;
}
