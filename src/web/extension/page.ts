import { type ExtensionConfig, LINK } from "../../domain/extension-link.ts";
import { askedPermissions } from "../../domain/extension-manifest.ts";
import { expose } from "./content.ts";
import { Place } from "./place.ts";
import { privilegedApi } from "./privileged.ts";
import { remoteStorage } from "./remote-storage.ts";

/** Gives a page of an extension's own, in a tab or in a frame, what Chrome would. */
export function openPage(config: ExtensionConfig): void {
  if (LINK in self) return;
  const place = new Place();
  const { api } = privilegedApi(place, config);
  const isStoring = askedPermissions(config.manifest).includes("storage");
  expose(isStoring ? { ...api, storage: remoteStorage(place) } : api);
  const link = {
    next: (acknowledged: number) => place.next(acknowledged),
    deliver: (json: string) => place.deliver(json),
  };
  Object.defineProperty(self, LINK, { value: link });
  document.addEventListener("DOMContentLoaded", () => place.ready(), { once: true });
}
