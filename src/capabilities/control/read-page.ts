import type { CDPSession, Page } from "@cloudflare/puppeteer";
import type { ControlResult, PdfOptions, ReadPage } from "../../domain/control.ts";
import { ControlError } from "./control-error.ts";
import { isTimeout } from "./page-elements.ts";

export interface Reading {
  readonly page: Page;
  readonly cdp: CDPSession;
  /** A script that answers a page as Markdown. */
  readonly markdownScript: () => Promise<string>;
}

/** A page has this long to load; one that may be handed over as it is, less. */
const LOAD_LIMIT_MS = 45_000;
const PARTIAL_LIMIT_MS = 20_000;
const MOST_UNITS = 16_000_000;
const SCROLL_STEPS = 50;

/** @throws ControlError, and what Puppeteer throws for a page that does not load. */
export async function readPage(reading: Reading, wanted: ReadPage): Promise<ControlResult> {
  const { page } = reading;
  const { as } = wanted;
  const sized = "width" in as && (as.width !== null || as.height !== null) ? as : undefined;
  if (sized) await resize(reading, sized);
  try {
    if (wanted.url !== null) await load(page, wanted.url, wanted.takesPartial);
    if (wanted.waitMs > 0) await new Promise((resolve) => setTimeout(resolve, wanted.waitMs));
    if ("options" in as) return file(await page.pdf(pdfOptions(as.options)), "application/pdf");
    if (!("scrolls" in as)) return text(as.form === "html" ? await page.content() : await markdownOf(reading));
    if (as.scrolls) await scrollThrough(page);
    const { form, fullPage, quality } = as;
    const how = form === "jpeg" ? ({ type: "jpeg", quality } as const) : ({ type: "png" } as const);
    return file(await page.screenshot({ ...how, fullPage }), `image/${form}`);
  } finally {
    if (sized) await reading.cdp.send("Emulation.clearDeviceMetricsOverride").catch(() => undefined);
  }
}

async function resize({ page, cdp }: Reading, size: { readonly width: number | null; readonly height: number | null }) {
  const now = (await page.evaluate("({ width: innerWidth, height: innerHeight })")) as {
    readonly width: number;
    readonly height: number;
  };
  const { width, height } = { width: size.width ?? now.width, height: size.height ?? now.height };
  await cdp.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 0, mobile: false });
}

async function load(page: Page, url: string, takesPartial: boolean): Promise<void> {
  const timeout = takesPartial ? PARTIAL_LIMIT_MS : LOAD_LIMIT_MS;
  try {
    await page.goto(url, { waitUntil: "load", timeout });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    if (!takesPartial) throw new ControlError("timedOut", `the page did not load within ${timeout} ms`);
  }
}

function text(whole: string): ControlResult {
  if (whole.length > MOST_UNITS) {
    throw new ControlError("rejected", `the page has more than ${MOST_UNITS} characters`);
  }
  return { kind: "text", text: whole };
}

const file = (bytes: Uint8Array, contentType: string): ControlResult => ({
  kind: "file",
  bytes: new Uint8Array(bytes),
  contentType,
});

/** In a world of Berth's own: what a page does to its own prototypes, or allows in its policy, does not matter. */
async function markdownOf({ cdp, markdownScript }: Reading): Promise<string> {
  const { frameTree } = await cdp.send("Page.getFrameTree");
  const world = { frameId: frameTree.frame.id, worldName: "", grantUniveralAccess: false };
  const { executionContextId } = await cdp.send("Page.createIsolatedWorld", world);
  const { result, exceptionDetails } = await cdp.send("Runtime.evaluate", {
    expression: `${await markdownScript()};globalThis.pageAsMarkdown()`,
    contextId: executionContextId,
    returnByValue: true,
  });
  if (exceptionDetails !== undefined || typeof result.value !== "string") {
    throw new ControlError("rejected", "the page could not be written as Markdown");
  }
  return result.value;
}

function pdfOptions({ paper, margin, ...options }: PdfOptions) {
  const inches = (value: number): string => `${value}in`;
  return {
    ...options,
    width: inches(paper.width),
    height: inches(paper.height),
    margin: {
      top: inches(margin.top),
      right: inches(margin.right),
      bottom: inches(margin.bottom),
      left: inches(margin.left),
    },
  };
}

async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    for (let step = 0; step < ${SCROLL_STEPS}; step += 1) {
      const before = scrollY;
      scrollBy({ top: innerHeight, behavior: "instant" });
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (scrollY === before) break;
    }
    scrollTo({ top: 0, behavior: "instant" });
  })()`);
}
