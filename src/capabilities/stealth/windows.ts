import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { Overrides } from "./overrides.ts";

/**
 * Gives the browser a desktop's screen, and its window the wanted inner size: real sizes, which every frame, media
 * query and popup sees, with nothing overridden in a page.
 */
export async function sizeWindow(connection: CdpConnection, overrides: Overrides, targetId: string): Promise<void> {
  const { screen, window, viewport } = overrides;
  const sizing = screen === null ? undefined : sizeScreen(connection, screen);
  if (window === null && viewport === null) return sizing;
  const { windowId } = await connection.send("Browser.getWindowForTarget", { targetId });
  await sizing;
  await connection.send("Browser.setWindowBounds", { windowId, bounds: { left: 0, top: 0, ...window } });
  if (viewport !== null) await connection.send("Browser.setContentsSize", { windowId, ...viewport });
}

async function sizeScreen(connection: CdpConnection, screen: NonNullable<Overrides["screen"]>): Promise<void> {
  const { screenInfos } = await connection.send("Emulation.getScreenInfos", undefined);
  const [primary] = screenInfos;
  if (primary === undefined) return;
  const { width, height, availHeight } = screen;
  const workAreaInsets = { top: 0, left: 0, right: 0, bottom: height - availHeight };
  await connection.send("Emulation.updateScreen", { screenId: primary.id, width, height, workAreaInsets });
}
