import type { GatedTarget } from "../../cdp/target-gate.ts";
import { countTraffic } from "../proxy/traffic.ts";
import { guardWebRtc } from "../proxy/webrtc-guard.ts";
import { nativeGetter } from "./native-getter.ts";
import type { Overrides } from "./overrides.ts";

type Send = GatedTarget["send"];

/** Another session of the same renderer has set it; it holds for the whole process. */
const IN_EFFECT = /override is already in effect/;

const WORKERS: ReadonlySet<string> = new Set(["worker", "shared_worker", "service_worker"]);
/** Workers that belong to no page and so inherit none of its overrides. */
const PAGELESS: ReadonlySet<string> = new Set(["shared_worker", "service_worker"]);

/** Sends what a new target needs before its first script, all at once. */
export function setUpTarget(overrides: Overrides, target: GatedTarget): readonly Promise<unknown>[] {
  const { type } = target.info;
  const isDocument = type === "page" || type === "iframe";
  if (!isDocument && !WORKERS.has(type)) return [];
  const guards = !overrides.proxied ? [] : [countTraffic(target), ...(isDocument ? guardWebRtc(target) : [])];
  const shown = isDocument ? setUpDocument(overrides, target) : setUpWorker(overrides, type, target.send);
  return [...guards, ...shown];
}

function setUpDocument(overrides: Overrides, target: GatedTarget): readonly Promise<unknown>[] {
  const { info, send } = target;
  const commands = [...identity(overrides, send), ...zoneAndLocale(overrides, send)];
  if (overrides.focus && info.type === "page" && !isWithin(target)) commands.push(focus(send));
  if (overrides.geolocation) commands.push(send("Emulation.setGeolocationOverride", overrides.geolocation));
  if (overrides.hidesWebdriver) commands.push(...hideWebdriver(send));
  return commands;
}

/** Pages are focused, whichever tab is in front. */
const focus = (send: Send): Promise<unknown> => send("Emulation.setFocusEmulationEnabled", { enabled: true });

/** A window that shares its opener's renderer, and stands still in it. */
const isWithin = ({ info }: GatedTarget): boolean => info.type === "page" && info.canAccessOpener === true;

/**
 * What a target gets when it runs. Focus that comes to a window while its opener's renderer stands still for it crashes
 * the renderer now and then (seen with Chromium 156: a peer connection made from the window's own realm).
 */
export function onceItRuns(overrides: Overrides, target: GatedTarget): void {
  // A window that has closed meanwhile needs none.
  if (overrides.focus && isWithin(target)) focus(target.send).catch(() => undefined);
}

function setUpWorker(overrides: Overrides, type: string, send: Send): readonly Promise<unknown>[] {
  const commands = [...identity(overrides, send)];
  if (!PAGELESS.has(type)) return commands;
  commands.push(...zoneAndLocale(overrides, send));
  // Chromium gives a shared or service worker its user agent when it starts, and no override changes it then.
  const { userAgent } = overrides;
  if (userAgent !== null && !userAgent.isHosts) {
    const { platform } = userAgent;
    const values = { userAgent: userAgent.userAgent, appVersion: appVersion(userAgent.userAgent), platform };
    for (const [property, value] of Object.entries(values)) {
      const expression = nativeGetter("WorkerNavigator", property, value);
      commands.push(send("Runtime.evaluate", { expression, silent: true }));
    }
  }
  return commands;
}

/** As `NavigatorID::appVersion` cuts it. */
const appVersion = (userAgent: string): string => userAgent.slice(userAgent.indexOf("/") + 1);

function identity({ userAgent, acceptLanguage, hardwareConcurrency }: Overrides, send: Send): Promise<unknown>[] {
  const commands: Promise<unknown>[] = [];
  const shown = userAgentParams({ userAgent, acceptLanguage });
  if (shown !== undefined) commands.push(send("Emulation.setUserAgentOverride", shown));
  if (hardwareConcurrency !== null) {
    commands.push(send("Emulation.setHardwareConcurrencyOverride", { hardwareConcurrency }));
  }
  return commands;
}

/** The user agent that is shown; `undefined` for the browser's own. */
export function userAgentParams({ userAgent, acceptLanguage }: Pick<Overrides, "userAgent" | "acceptLanguage">) {
  if (userAgent === null) return undefined;
  const { metadata, isHosts: _unused, ...shown } = userAgent;
  const params = { ...shown, userAgentMetadata: toProtocol(metadata) };
  return acceptLanguage === null ? params : { ...params, acceptLanguage };
}

/** The protocol's types want arrays that may be changed. */
function toProtocol(metadata: NonNullable<Overrides["userAgent"]>["metadata"]) {
  const { brands, fullVersionList, formFactors } = metadata;
  return {
    ...metadata,
    brands: [...brands],
    fullVersionList: [...fullVersionList],
    formFactors: [...formFactors],
  };
}

/**
 * Time zone and locale hold for a renderer's process, and belong to the session that set them first: what another
 * target of the process has set is in force already.
 */
export function zoneAndLocale({ timezone, locale }: Overrides, send: Send): Promise<unknown>[] {
  const commands: Promise<unknown>[] = [];
  if (timezone !== null) commands.push(unlessInEffect(send("Emulation.setTimezoneOverride", { timezoneId: timezone })));
  if (locale !== null) commands.push(unlessInEffect(send("Emulation.setLocaleOverride", { locale })));
  return commands;
}

async function unlessInEffect(command: Promise<unknown>): Promise<void> {
  try {
    await command;
  } catch (error) {
    if (!(error instanceof Error && IN_EFFECT.test(error.message))) throw error;
  }
}

/** Without `Page.enable` Chromium takes the script and does not run it (`inspector_page_agent.cc`). */
function hideWebdriver(send: Send): Promise<unknown>[] {
  const source = nativeGetter("Navigator", "webdriver", false);
  return [
    send("Page.enable", undefined),
    send("Page.addScriptToEvaluateOnNewDocument", { source, runImmediately: true }),
  ];
}
