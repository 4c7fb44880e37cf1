import type { AreaName, Keeper } from "./storage-store.ts";

/** In the document's own storage: an extension's origin belongs to its code alone. */
export const documentKeeper: Keeper = {
  *read(area) {
    const from = storageFor(area);
    for (const name of Object.keys(from)) {
      if (name.startsWith(`${area}:`)) yield [name.slice(area.length + 1), from.getItem(name) ?? "null"];
    }
  },
  write(area, key, json) {
    const name = `${area}:${key}`;
    try {
      if (json === undefined) storageFor(area).removeItem(name);
      else storageFor(area).setItem(name, json);
    } catch {
      // Full: what is in memory goes on to hold, and lives as long as the background does.
    }
  },
};

const storageFor = (area: AreaName): Storage => (area === "session" ? sessionStorage : localStorage);
