import type { CdpConnection } from "../../cdp/cdp-connection.ts";
import type { TargetInfo } from "../../cdp/targets.ts";
import type { ContentPart, OriginContent, ProfileManifest } from "../../domain/profile-content.ts";
import { readCookies } from "./cookies.ts";
import { READER } from "./page/script.ts";
import type { StorageTab } from "./storage-tab.ts";
import { readTabs } from "./tab-storage.ts";

/** Where content goes. */
export interface ContentSink {
  /** Stores the text, unless it is what an earlier part holds. */
  put(text: string, earlier?: ContentPart): Promise<ContentPart>;
  /** Takes over what an earlier version holds. */
  keep(part: ContentPart): Promise<ContentPart>;
}

export interface CaptureOptions {
  readonly connection: CdpConnection;
  /** `undefined` is the browser's default context. */
  readonly contextId: string | undefined;
  readonly tab: StorageTab;
  /** Tabs of the context. */
  readonly pages: readonly TargetInfo[];
  /** What was saved before. */
  readonly earlier: ProfileManifest;
  /** Origins that may have changed since; all others stay as they were. */
  readonly changed: ReadonlySet<string>;
  readonly sink: ContentSink;
}

/** A piece of text: small enough for a message and for a Worker's memory, several times over. */
const PIECE_UNITS = 4_000_000;

/**
 * Reads what the browser remembers, while clients go on working.
 *
 * @throws CdpCommandError, or whatever else kept an origin from being read: then nothing is to be saved.
 */
export async function capture(options: CaptureOptions): Promise<ProfileManifest> {
  const { connection, contextId, pages, earlier, changed, sink } = options;
  const tabs = await readTabs(connection, pages);
  const origins: OriginContent[] = [];
  const before = new Map(earlier.origins.map((content) => [content.origin, content]));
  for (const origin of new Set([...before.keys(), ...changed])) {
    const known = before.get(origin)?.parts ?? [];
    const parts = changed.has(origin) ? await readOrigin(options, origin, known) : await keepAll(known, sink);
    if (parts.length > 0) origins.push({ origin, parts });
  }
  // Last: reading storage may take a while, and a cookie that was set meanwhile belongs to what was read.
  const cookies = await readCookies(connection, contextId);
  return { format: 1, cookies, origins, tabs };
}

async function keepAll(parts: readonly ContentPart[], sink: ContentSink): Promise<ContentPart[]> {
  const kept: ContentPart[] = [];
  for (const part of parts) kept.push(await sink.keep(part));
  return kept;
}

function readOrigin({ tab, sink }: CaptureOptions, origin: string, known: readonly ContentPart[]) {
  return tab.visit(origin, READER, async (page) => {
    const parts: ContentPart[] = [];
    for (;;) {
      const piece = String(await page.call("read", PIECE_UNITS));
      if (piece === "") return parts;
      parts.push(await sink.put(piece, known[parts.length]));
    }
  });
}
