import type { DesktopPlatform, ScreenSize } from "../../domain/fingerprint.ts";
import type { Viewport } from "../../domain/session-spec.ts";
import { screensOf } from "./desktops.ts";
import { drawFor } from "./seeded-draw.ts";

/** A screen, and the inner size of a window on it. */
export interface Desktop {
  readonly screen: ScreenSize;
  readonly viewport: Viewport;
  /** False for a viewport that no screen of a desktop shows. */
  readonly fits: boolean;
}

/** Tab strip and toolbar of a desktop Chrome without a bookmarks bar, CSS pixels. */
const BROWSER_CHROME_HEIGHT = 87;

/** The narrowest screen of the table, CSS pixels. */
const MIN_SCREEN_WIDTH = 1280;

/** For viewports larger than every screen of the table: the sizes that monitors are sold in, smallest first. */
const LARGE_SCREENS = [
  [2560, 1440],
  [3840, 2160],
  [5120, 2880],
  [7680, 4320],
] as const;

/**
 * Draws a screen. The window is maximised, unless a viewport is asked for: then only screens are drawn on which a
 * window of that size has room. When the table has none, the smallest large monitor is taken; when that is too
 * small as well (a tall page, not a screen), the screen is as high as the window.
 */
export function drawDesktop(seed: string, platform: DesktopPlatform, viewport?: Viewport): Desktop {
  const window = viewport === undefined ? undefined : outerSize(viewport);
  const candidates = screensOf(platform).filter(({ value }) => window === undefined || hasRoom(value, window));
  const drawn = drawFor(seed, "screen", candidates);
  if (drawn !== undefined) return { screen: drawn, viewport: viewport ?? maximised(drawn), fits: true };
  const { width, height } = window ?? { width: 1920, height: 1080 };
  const large = LARGE_SCREENS.map(bareScreen).find((screen) => hasRoom(screen, { width, height }));
  const screen = large ?? bareScreen([Math.max(width, MIN_SCREEN_WIDTH), height]);
  return { screen, viewport: viewport ?? maximised(screen), fits: large !== undefined };
}

function outerSize({ width, height }: Viewport): Viewport {
  return { width, height: height + BROWSER_CHROME_HEIGHT };
}

function maximised({ availWidth, availHeight }: ScreenSize): Viewport {
  return { width: availWidth, height: availHeight - BROWSER_CHROME_HEIGHT };
}

function hasRoom(screen: ScreenSize, window: Viewport): boolean {
  return screen.availWidth >= window.width && screen.availHeight >= window.height;
}

/** A screen without task bar or dock, such as a second monitor. */
function bareScreen([width, height]: readonly [number, number]): ScreenSize {
  return { width, height, availWidth: width, availHeight: height, devicePixelRatio: 1 };
}
