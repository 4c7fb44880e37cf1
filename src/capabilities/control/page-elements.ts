import type { ElementHandle, Page } from "@cloudflare/puppeteer";
import type { PlaceOfSelector } from "../../domain/control.ts";
import { ControlError } from "./control-error.ts";

/** Puppeteer's own class is loaded with Puppeteer only, and what it throws may be wrapped. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === "TimeoutError" || /: \d+ms exceeded$/.test(error.message));

/**
 * The element that is meant, as soon as it is there and to be seen.
 *
 * @throws ControlError when it is not there in time, or the selector is none.
 */
export async function findElement(page: Page, { selector, index, timeoutMs }: PlaceOfSelector): Promise<ElementHandle> {
  await refuseInvalid(page, selector);
  try {
    const first = await page.waitForSelector(selector, { visible: true, timeout: timeoutMs });
    if (index === 0 && first !== null) return first;
    const isThere = `document.querySelectorAll(${JSON.stringify(selector)}).length > ${index}`;
    await page.waitForFunction(isThere, { timeout: timeoutMs });
    const found = (await page.$$(selector))[index];
    if (found !== undefined) return found;
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
  const which = index === 0 ? selector : `${selector} (index ${index})`;
  throw new ControlError("timedOut", `${which} did not appear within ${timeoutMs} ms`);
}

/** Who waits for a selector that is none would wait for the whole time. */
async function refuseInvalid(page: Page, selector: string): Promise<void> {
  try {
    await (await page.$(selector))?.dispose();
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (/valid selector/.test(message))
      throw new ControlError("invalid", "selector is not a valid selector", "selector");
    throw error;
  }
}
