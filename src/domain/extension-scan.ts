/** Chains of names after `chrome`, as code has them: `tabs.query`. */
export type ApiUses = ReadonlySet<string>;

/** Files that may hold code. */
export const holdsCode = (path: string): boolean => /\.(?:m?js|html?)$/i.test(path);

/** What follows a name: `.x`, `?.x`, `["x"]`. */
const NEXT = String.raw`\s*(?:\?\.|\.)\s*([A-Za-z_$][\w$]{0,63})|\s*(?:\?\.)?\[\s*["']([A-Za-z_$][\w$]{0,63})["']\s*\]`;
/** Not `a.chrome`, but for the names of the global object. */
const ROOT = String.raw`(?:(?<![\w$.])|(?<=\b(?:window|self|globalThis)\s*\??\.\s*))(?:chrome|browser)(?![\w$])`;
const CHAIN = new RegExp(`${ROOT}(?:${NEXT})(?:${NEXT})?(?:${NEXT})?`, "g");

/** Code is read by the piece, as text takes twice its room; pieces overlap by more than a chain and two edges. */
const PIECE_BYTES = 1024 * 1024;
const OVERLAP_BYTES = 4096;
/** Characters at a piece's edges, of four bytes at most: what lies there is whole in the piece beside. */
const [FIRST_EDGE, LAST_EDGE] = [256, 512];
/** Of a line, to find out whether it is a comment. Longer lines are code that a machine has written. */
const MAX_COMMENT_LINE = 500;
/** No extension uses so many: what has more is no code. */
const MAX_USES = 5_000;

/**
 * Finds uses of Chrome's APIs in code, by its text: what is behind a check is found, what is reached through a name of
 * the code's own is not. Lines that begin as comments do are passed over.
 */
export function addApiUses(uses: Set<string>, code: Uint8Array): void {
  const decoder = new TextDecoder();
  for (let at = 0; at < code.byteLength && uses.size < MAX_USES; at += PIECE_BYTES) {
    const [from, to] = [Math.max(0, at - OVERLAP_BYTES), at + PIECE_BYTES];
    const text = decoder.decode(code.subarray(from, to));
    addUsesIn(uses, text, { isFirst: from === 0, isLast: to >= code.byteLength });
  }
}

interface Piece {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function addUsesIn(uses: Set<string>, text: string, { isFirst, isLast }: Piece): void {
  for (const found of text.matchAll(CHAIN)) {
    const { index } = found;
    const end = index + found[0].length;
    const isCut = (index < FIRST_EDGE && !isFirst) || (end > text.length - LAST_EDGE && !isLast);
    const names = found.slice(1).filter((name) => name !== undefined);
    if (!isCut && !isComment(text, index)) uses.add(names.join("."));
    if (uses.size >= MAX_USES) return;
  }
}

function isComment(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - MAX_COMMENT_LINE), at);
  const start = before.lastIndexOf("\n") + 1;
  if (start === 0 && at > MAX_COMMENT_LINE) return false;
  const line = before.slice(start).trimStart();
  return line.startsWith("//") || (/^\/?\*/.test(line) && !line.includes("*/"));
}
