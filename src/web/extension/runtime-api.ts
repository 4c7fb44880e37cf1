import type { Addressee, ExtensionConfig, PlayedTab, Speaker } from "../../domain/extension-link.ts";
import { currentError, methods, splitCallback } from "./answers.ts";
import { ENUMERATIONS } from "./enumerations.ts";
import { ExtensionEvent } from "./events.ts";
import { Locales } from "./locales.ts";
import { Messages } from "./messages.ts";
import type { Place } from "./place.ts";
import { Ports } from "./ports.ts";
import type { Tab } from "./tabs-api.ts";

export interface RuntimeOptions {
  readonly place: Place;
  readonly config: ExtensionConfig;
  readonly toTab: (tab: PlayedTab) => Tab;
}

const ID = /^[a-p]{32}$/;

/** What all places of an extension have of `chrome.runtime` and `chrome.i18n`, and what messages go through. */
export function coreApi({ place, config, toTab }: RuntimeOptions) {
  const { id, origin } = config;
  const locales = new Locales(config);
  const manifest = locales.manifest(config.manifest);
  const toSender = senderReader(id, toTab);
  const messages = new Messages(place, toSender);
  const ports = new Ports(place, toSender);
  place.on("sent", ({ key, places }) => {
    messages.sentTo(key, places);
    ports.sentTo(key, places);
  });
  place.on("gone", ({ place: name }) => {
    messages.gone(name);
    ports.gone(name);
  });
  /** Other extensions there are none of. */
  const addressee = (extension: unknown): Addressee | undefined =>
    extension === undefined || extension === null || extension === id ? "own" : undefined;
  const runtime = {
    id,
    getURL: (path: string): string => `${origin}/${path.replace(/^\//, "")}`,
    getManifest: () => structuredClone(manifest),
    onMessage: messages.onMessage,
    onConnect: ports.onConnect,
    sendMessage: (...args: unknown[]): unknown => {
      const [given, callback] = splitCallback(args);
      const [extension, message] = toAddressed(given);
      return messages.send(addressee(extension), message, callback);
    },
    connect: (...given: unknown[]): object => {
      const extension = typeof given[0] === "string" ? given[0] : undefined;
      const details = given.find((each) => typeof each === "object" && each !== null);
      return ports.connect(addressee(extension), nameIn(details));
    },
  };
  Object.defineProperty(runtime, "lastError", { get: currentError, enumerable: true });
  const i18n = i18nApi(locales, config.language);
  const extension = {
    getURL: runtime.getURL,
    inIncognitoContext: false,
    ...methods({ isAllowedIncognitoAccess: () => false, isAllowedFileSchemeAccess: () => false }),
  };
  const dom = { openOrClosedShadowRoot: (element: Element): ShadowRoot | null => element.shadowRoot };
  return { api: { runtime, i18n, extension, dom }, messages, ports, manifest };
}

const senderReader =
  (id: string, toTab: RuntimeOptions["toTab"]) =>
  ({ url, frameId, tab }: Speaker): object => ({
    id,
    url,
    origin: URL.canParse(url) ? new URL(url).origin : "null",
    documentLifecycle: "active",
    ...(frameId !== undefined && { frameId }),
    ...(tab !== undefined && { tab: toTab(tab) }),
  });

const i18nApi = (locales: Locales, language: string) => ({
  getMessage: (name: string, substitutions?: unknown): string => locales.message(name, substitutions),
  getUILanguage: (): string => language,
  ...methods({ getAcceptLanguages: () => [...navigator.languages] }),
});

/** A message may come after the extension that it is for, and before options. */
function toAddressed(given: readonly unknown[]): readonly [extension: unknown, message: unknown] {
  const [first, second] = given;
  const isAddressed = given.length > 2 || (given.length === 2 && typeof first === "string" && ID.test(first));
  return isAddressed ? [first, second] : [undefined, first];
}

export const nameIn = (details: unknown): string =>
  typeof details === "object" && details !== null && "name" in details ? String(details.name) : "";

/** What `chrome.runtime` has besides, in the background and in the extension's own pages. */
export const privilegedRuntime = () => ({
  ...ENUMERATIONS.runtime,
  onInstalled: new ExtensionEvent(),
  onStartup: new ExtensionEvent(),
  onSuspend: new ExtensionEvent(),
  onUpdateAvailable: new ExtensionEvent(),
  onMessageExternal: new ExtensionEvent(),
  onConnectExternal: new ExtensionEvent(),
  reload: (): void => undefined,
  ...methods({
    setUninstallURL: () => undefined,
    getPlatformInfo: () => ({ os: platform(), arch: "x86-64", nacl_arch: "x86-64" }),
  }),
});

/** What the session shows to be running on. */
function platform(): string {
  const { userAgent } = navigator;
  if (/Windows/.test(userAgent)) return "win";
  if (/Mac OS X/.test(userAgent)) return "mac";
  return /CrOS/.test(userAgent) ? "cros" : "linux";
}
