import type { CdpCommand } from "./messages.ts";

/** What the Pointer Events specification has devices without a sensor report while a button is down. */
const PRESSED = 0.5;

/**
 * Puppeteer presses the mouse without saying how hard, and Chromium takes that for no pressure at all, which no mouse
 * shows.
 *
 * @returns the parameters to send instead, or `undefined` when they may stand.
 */
export function withPointerForce({ method, params }: CdpCommand): Record<string, unknown> | undefined {
  if (method !== "Input.dispatchMouseEvent" || Number(params["force"] ?? 0) > 0) return undefined;
  const { type, buttons } = params;
  const isDown = type === "mousePressed" || (type === "mouseMoved" && Number(buttons ?? 0) > 0);
  return isDown ? { ...params, force: PRESSED } : undefined;
}
