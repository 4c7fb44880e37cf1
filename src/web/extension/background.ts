import type { ExtensionConfig } from "../../domain/extension-link.ts";
import { LINK } from "../../domain/extension-link.ts";
import { askedPermissions } from "../../domain/extension-manifest.ts";
import { documentKeeper } from "./document-keeper.ts";
import { expose } from "./content.ts";
import { allowPlainFetch } from "./plain-fetch.ts";
import { Place } from "./place.ts";
import { privilegedApi } from "./privileged.ts";
import { playServiceWorker } from "./service-worker.ts";
import { storageApi } from "./storage-api.ts";
import { AREAS, type AreaName, StorageStore } from "./storage-store.ts";

/** That the extension has been installed; of a background that is opened again. */
const INSTALLED = "installed";
/** What the session's object has it remember. */
const KEPT = "kept";

/** Makes the page that this runs in the background of an extension, before its own script runs. */
export function openBackground(config: ExtensionConfig): void {
  const place = new Place();
  const { api, runtime, openTab } = privilegedApi(place, config);
  const storage = askedPermissions(config.manifest).includes("storage") ? keepStorage(place, config) : undefined;
  expose(storage === undefined ? api : { ...api, storage });
  allowPlainFetch();
  const finish = playServiceWorker(openTab);
  const started = new Promise<void>((resolve) => {
    window.addEventListener("load", () => {
      finish();
      place.ready();
      const isFirst = localStorage.getItem(INSTALLED) === null;
      localStorage.setItem(INSTALLED, "yes");
      if (isFirst) runtime.onInstalled.tell({ reason: "install" });
      else runtime.onStartup.tell();
      resolve();
    });
  });
  const link = {
    next: (acknowledged: number) => place.next(acknowledged),
    deliver: (json: string) => place.deliver(json),
    keep: (text: string) => localStorage.setItem(KEPT, text),
    kept: () => localStorage.getItem(KEPT),
    /** Settles when its script has run. */
    started: () => started,
  };
  Object.defineProperty(self, LINK, { value: link });
}

/** What is stored is kept here, for all of the extension's code. */
function keepStorage(place: Place, { origin, manifest }: ExtensionConfig): object {
  const store = new StorageStore({
    keeper: documentKeeper,
    isUnlimited: askedPermissions(manifest).includes("unlimitedStorage"),
    onChanged: (area, changes) => {
      place.say("all", { kind: "event", name: "storage.onChanged", args: [area, changes] });
      // Whoever changed it hears of it as well, and after the answer's way is clear.
      queueMicrotask(() => changed(area, changes));
    },
  });
  const { api, changed } = storageApi((area, method, args) => store.run(area, method, args));
  place.onCall((called, args, from) => {
    const [namespace, area = "", method = ""] = called.split(".");
    if (namespace !== "storage" || !isArea(area)) throw new Error(`There is no ${called}.`);
    if (!from.url.startsWith(`${origin}/`) && (method === "setAccessLevel" || !store.isShared(area))) {
      throw new Error("Access to storage is not allowed from this context.");
    }
    return store.run(area, method, args);
  });
  return api;
}

const isArea = (name: string): name is AreaName => (AREAS as readonly string[]).includes(name);
