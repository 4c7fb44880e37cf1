import { existsSync, readdirSync } from "node:fs";
import process from "node:process";

/**
 * What makes a browser look like a person's and can only be said at its launch: no trace, no race, and in force in
 * service workers and headers too. docs/stealth.md gives operators the same list for a Chrome of their own.
 */
const FLAGS = [
  // navigator.webdriver is false, as it is in a browser that nobody automates.
  "--disable-blink-features=AutomationControlled",
  // A mouse that hovers: headless Chromium has no pointer at all (blink::PointerType and HoverType).
  "--blink-settings=primaryPointerType=4,availablePointerTypes=4,primaryHoverType=2,availableHoverTypes=2",
  // One camera, one microphone, one loudspeaker, without labels until a page is granted them.
  "--use-fake-device-for-media-stream",
];

/** WebGL by Mesa instead of SwiftShader, which no desktop has; pages are still composed without it. */
const MESA_FLAGS = [
  "--use-gl=angle",
  "--use-angle=gl-egl",
  "--ignore-gpu-blocklist",
  "--disable-gpu-compositing",
  "--disable-gpu-rasterization",
];

/**
 * The flags for a full Chrome or Chromium on this machine.
 *
 * @param userAgent the browser's own. Without `Headless` it is right in the requests that no override reaches, and
 * nothing has to stop them.
 */
export const identityFlags = (userAgent: string): readonly string[] => [
  ...FLAGS,
  `--user-agent=${userAgent.replace("HeadlessChrome", "Chrome")}`,
  ...(hasMesa() ? MESA_FLAGS : []),
];

function hasMesa(): boolean {
  if (process.platform !== "linux" || !existsSync("/usr/share/glvnd/egl_vendor.d/50_mesa.json")) return false;
  return readdirSync("/usr/lib").some((folder) => existsSync(`/usr/lib/${folder}/dri/swrast_dri.so`));
}
