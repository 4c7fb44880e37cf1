import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { FetchBroker } from "../../cdp/fetch-broker.ts";
import { GatedMux, type OwnedOverride } from "../../cdp/gated-mux.ts";
import type { SessionMux } from "../../cdp/session-mux.ts";
import { TargetGate } from "../../cdp/target-gate.ts";
import type { TargetObserver } from "../../cdp/target-observer.ts";
import type { TargetInfo } from "../../cdp/targets.ts";
import type { Overrides } from "./overrides.ts";
import { listenToTraffic, type TrafficListener, UNREAD_TRAFFIC } from "../proxy/traffic.ts";
import { RequestHeaders } from "./request-headers.ts";
import { SharedZone } from "./shared-zone.ts";
import { onceItRuns, setUpTarget } from "./target-set-up.ts";
import { sizeWindow } from "./windows.ts";

export interface StealthOptions {
  readonly connection: CdpConnection;
  readonly fetches: FetchBroker;
  readonly mux: SessionMux;
  readonly overrides: Overrides;
  /** The first tab. */
  readonly pageId: string;
  readonly belongs: (target: TargetInfo) => boolean;
  /** Whether Berth opened the target for itself. */
  readonly isOwnTab: (targetId: string) => boolean;
  /** Other sessions use the browser too: what holds for all of it is left alone. */
  readonly sharesBrowser: boolean;
  /** A target could not be set up. */
  readonly onFailed: (error: unknown) => void;
  /** Whoever else watches the session's targets. */
  readonly observers: readonly TargetObserver[];
  /** Hears of what passes the proxy, where there is one. */
  readonly traffic?: TrafficListener | undefined;
}

/**
 * Puts a session's identity in force: in every page, frame and worker before its first script, in every request's
 * headers, on the screen.
 *
 * @returns what settles when the tabs that were there have it; clients' commands to them wait until then.
 * @throws CdpCommandError when the browser does not take it; so does what is returned.
 */
export async function applyStealth(options: StealthOptions): Promise<{ readonly setUp: Promise<void> }> {
  const { connection, mux, overrides, observers, pageId, belongs, isOwnTab, sharesBrowser, onFailed } = options;
  const { sent, sized } = sizeWindow(connection, overrides, pageId);
  const headers = sharesBrowser ? undefined : new RequestHeaders({ connection, overrides, fetches: options.fetches });
  const gate: TargetGate = new TargetGate({
    connection,
    belongs,
    isOwnTab,
    holders: mux.held,
    setUp: (target) => {
      const commands = [
        ...(headers?.before(target) ?? []),
        ...setUpTarget(overrides, target),
        ...observers.flatMap((each) => [...each.setUp(target)]),
      ];
      return target.info.targetId === pageId ? [...commands, sized] : commands;
    },
    onRunning: (target) => onceItRuns(overrides, target),
    onFailed,
    onGone: (target) => {
      zone.again(target.info.targetId);
      for (const observer of observers) observer.gone(target);
    },
  });
  gate.onEvent((target, method, params) => {
    for (const observer of observers) observer.handle(target, method, params);
  });
  if (overrides.proxied && options.traffic) {
    listenToTraffic(gate, options.traffic);
    if (!observers.some(({ readsNetwork }) => readsNetwork)) connection.ignore(UNREAD_TRAFFIC);
  }
  const gated = new GatedMux({ gate, owned: ownedOf(overrides) });
  mux.useGate(gated);
  const zone = new SharedZone({ gate, overrides, isLent: (targetId) => gated.isLent(targetId) });
  zone.follow(connection);
  const [started] = await Promise.all([gate.start(), sent, headers?.start()]);
  return started;
}

function ownedOf({ timezone, locale }: Overrides): ReadonlyMap<OwnedOverride, Readonly<Record<string, string>>> {
  const owned = new Map<OwnedOverride, Readonly<Record<string, string>>>();
  if (timezone !== null) owned.set("Emulation.setTimezoneOverride", { timezoneId: timezone });
  if (locale !== null) owned.set("Emulation.setLocaleOverride", { locale });
  return owned;
}
