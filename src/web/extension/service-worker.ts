import { throwLater } from "./events.ts";

/** Runs scripts one after the other, at once, as workers take them in. */
function importScripts(...urls: readonly string[]): void {
  for (const url of urls) {
    const address = new URL(url, document.baseURI).href;
    const request = new XMLHttpRequest();
    request.open("GET", address, false);
    request.send();
    if (request.status !== 200) throw new DOMException(`The script at '${address}' failed to load.`, "NetworkError");
    runScript(`${request.responseText}\n//# sourceURL=${address}`);
  }
}

/** As a script of its own, whose names are global; evaluated text keeps some of them to itself. */
function runScript(text: string): void {
  let failure: ErrorEvent | undefined;
  const onError = (event: ErrorEvent): void => {
    failure ??= event;
    event.preventDefault();
  };
  window.addEventListener("error", onError, { capture: true });
  const element = document.createElement("script");
  element.textContent = text;
  document.documentElement.append(element);
  element.remove();
  window.removeEventListener("error", onError, { capture: true });
  if (failure !== undefined) throw failure.error ?? new Error(failure.message);
}

/**
 * Gives a page what service workers have and pages have not. The page lives as long as the session: nothing stops it
 * after thirty seconds.
 *
 * @returns what tells the worker's script that it is installed and active, once it has run.
 */
export function playServiceWorker(openTab: (url: string) => Promise<object>): () => void {
  const worker = { state: "activated", scriptURL: location.href, postMessage: () => undefined };
  const registration = {
    active: worker,
    installing: null,
    waiting: null,
    scope: `${location.origin}/`,
    showNotification: () => Promise.resolve(),
    getNotifications: () => Promise.resolve([]),
    unregister: () => Promise.resolve(false),
    update: () => Promise.resolve(),
  };
  const clients = {
    matchAll: () => Promise.resolve([]),
    get: () => Promise.resolve(undefined),
    claim: () => Promise.resolve(),
    openWindow: (url: string) => openTab(url).then(() => null),
  };
  const globals = { importScripts, registration, clients, serviceWorker: worker, skipWaiting: () => Promise.resolve() };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(self, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return () => {
    for (const type of ["install", "activate"]) {
      const event = Object.assign(new Event(type), {
        waitUntil: (work: unknown): void => void Promise.resolve(work).catch(throwLater),
      });
      window.dispatchEvent(event);
    }
  };
}
