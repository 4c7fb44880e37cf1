import type { CdpConnection } from "../cdp/cdp-connection.ts";
import type { MuxClient } from "../cdp/mux-client.ts";
import type { TargetRegistry } from "../cdp/targets.ts";

/** A tab of Berth's own. */
export interface HiddenTab {
  /** Of the page in it. */
  readonly targetId: string;
  /** Of the tab itself; `null` in a browser that has no such targets. */
  readonly tabId: string | null;
}

interface Browser {
  readonly connection: CdpConnection;
  readonly targets: TargetRegistry<MuxClient>;
}

/** A blank tab that clients do not see. What the browser tells meanwhile is to be held back from them. */
export async function openHidden({ connection, targets }: Browser, contextId: string | undefined): Promise<HiddenTab> {
  const params = {
    url: "about:blank",
    background: true,
    ...(contextId !== undefined && { browserContextId: contextId }),
  };
  const [before, { targetId }, after] = await Promise.all([
    tabsOf(connection, contextId),
    connection.send("Target.createTarget", params),
    // The browser takes commands in order, and has made the tab when it looks again.
    tabsOf(connection, contextId),
  ]);
  // Chromium has a target for the tab and one for its page, and a client that sees the one waits for the other.
  const hidden = { targetId, tabId: after.find((id) => !before.includes(id)) ?? null };
  hide(targets, hidden);
  return hidden;
}

export function hide(targets: TargetRegistry<MuxClient>, { targetId, tabId }: HiddenTab): void {
  targets.hide(targetId);
  if (tabId !== null) targets.hide(tabId);
}

async function tabsOf(connection: CdpConnection, contextId: string | undefined): Promise<readonly string[]> {
  const { targetInfos } = await connection.send("Target.getTargets", { filter: [{ type: "tab" }] });
  const inContext = targetInfos.filter(
    ({ browserContextId }) => contextId === undefined || browserContextId === contextId,
  );
  return inContext.map(({ targetId }) => targetId);
}
