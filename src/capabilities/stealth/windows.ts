import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { Overrides } from "./overrides.ts";

/**
 * Gives the browser a desktop's screen, and its window the wanted inner size: real sizes, which every frame, media
 * query and popup sees, with nothing overridden in a page.
 *
 * @returns what settles when all of it is sent, and when it is done: the browser takes commands in order, so
 * whoever opens a tab once it is sent finds it done.
 */
export function sizeWindow(connection: CdpConnection, overrides: Overrides, targetId: string): WindowSizing {
  const commands = sendSizes(connection, overrides, targetId);
  const sized = commands.then(async (each) => {
    await Promise.all(each);
  });
  // A tab that goes before it is set up leaves nobody who waits for it.
  sized.catch(() => undefined);
  return { sent: commands.then(() => undefined), sized };
}

export interface WindowSizing {
  readonly sent: Promise<void>;
  readonly sized: Promise<void>;
}

async function sendSizes(
  connection: CdpConnection,
  { screen, window, viewport, fullscreen }: Overrides,
  targetId: string,
): Promise<readonly Promise<unknown>[]> {
  const [screenId, windowId] = await Promise.all([
    screen === null ? undefined : primaryScreen(connection),
    window === null && viewport === null && !fullscreen ? undefined : windowOf(connection, targetId),
  ]);
  const commands: Promise<unknown>[] = [];
  if (screen !== null && screenId !== undefined) {
    const { width, height, availHeight } = screen;
    const workAreaInsets = { top: 0, left: 0, right: 0, bottom: height - availHeight };
    commands.push(connection.send("Emulation.updateScreen", { screenId, width, height, workAreaInsets }));
  }
  if (windowId !== undefined && fullscreen) {
    commands.push(connection.send("Browser.setWindowBounds", { windowId, bounds: { windowState: "fullscreen" } }));
  } else if (windowId !== undefined) {
    const bounds = { left: 0, top: 0, ...window };
    commands.push(connection.send("Browser.setWindowBounds", { windowId, bounds }));
    if (viewport !== null) commands.push(connection.send("Browser.setContentsSize", { windowId, ...viewport }));
  }
  return commands;
}

async function primaryScreen(connection: CdpConnection): Promise<string | undefined> {
  const { screenInfos } = await connection.send("Emulation.getScreenInfos", undefined);
  return screenInfos[0]?.id;
}

async function windowOf(connection: CdpConnection, targetId: string): Promise<number> {
  return (await connection.send("Browser.getWindowForTarget", { targetId })).windowId;
}
