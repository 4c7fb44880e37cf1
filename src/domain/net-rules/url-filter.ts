/** A `urlFilter`, taken apart. */
export interface UrlFilter {
  /** Where it has to begin: at the address's beginning, at a label of its host, or anywhere. */
  readonly anchor: "start" | "label" | undefined;
  readonly isEndAnchored: boolean;
  /** Between the asterisks; `^` in them is a separator. */
  readonly pieces: readonly string[];
}

/** @returns what a filter says; in small letters unless case matters. */
export function parseUrlFilter(filter: string, isCaseSensitive: boolean): UrlFilter {
  const text = isCaseSensitive ? filter : filter.toLowerCase();
  const anchor = text.startsWith("||") ? "label" : text.startsWith("|") ? "start" : undefined;
  const start = anchor === "label" ? 2 : anchor === "start" ? 1 : 0;
  const isEndAnchored = text.length > start && text.endsWith("|");
  const pieces = text.slice(start, isEndAnchored ? -1 : undefined).split("*");
  return { anchor, isEndAnchored, pieces };
}

/** Whether an address is what a filter says. Takes time in proportion to both, whatever they are. */
export function matchesUrlFilter(filter: UrlFilter, url: string): boolean {
  if (filter.anchor === undefined) return matchesFrom(filter, url, undefined);
  if (filter.anchor === "start") return matchesFrom(filter, url, 0);
  return labelsOf(url).some((start) => matchesFrom(filter, url, start));
}

/** Where the labels of an address's host begin. */
function labelsOf(url: string): readonly number[] {
  const host = url.indexOf("://") + 3;
  const end = url.slice(host).search(/[/?#]/);
  const authority = url.slice(host, end < 0 ? undefined : host + end);
  const user = authority.lastIndexOf("@") + 1;
  const starts = [host + user];
  for (let dot = authority.indexOf(".", user); dot >= 0; dot = authority.indexOf(".", dot + 1)) {
    starts.push(host + dot + 1);
  }
  return starts;
}

/** @param start where the first piece has to be; `undefined` for anywhere. */
function matchesFrom({ pieces, isEndAnchored }: UrlFilter, url: string, start: number | undefined): boolean {
  let at = start ?? 0;
  for (const [index, piece] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    const isFixed = index === 0 && start !== undefined;
    if (isLast && isEndAnchored) return endsWith(url, piece, { from: at, isFixed });
    const found = isFixed ? (isPieceAt(url, piece, at) ? at : -1) : find(url, piece, at);
    if (found < 0) return false;
    at = Math.min(found + piece.length, url.length);
  }
  return true;
}

function endsWith(
  url: string,
  piece: string,
  { from, isFixed }: { readonly from: number; readonly isFixed: boolean },
): boolean {
  // A separator at the end may stand for the end itself.
  const starts = [url.length - piece.length, ...(piece.endsWith("^") ? [url.length - piece.length + 1] : [])];
  return starts.some((start) => (isFixed ? start === from : start >= from) && isPieceAt(url, piece, start));
}

function find(url: string, piece: string, from: number): number {
  if (!piece.includes("^")) return url.indexOf(piece, from);
  for (let at = from; at <= url.length - piece.length + 1; at++) if (isPieceAt(url, piece, at)) return at;
  return -1;
}

function isPieceAt(url: string, piece: string, at: number): boolean {
  if (!piece.includes("^")) return url.startsWith(piece, at);
  for (let index = 0; index < piece.length; index++) {
    const code = url.charCodeAt(at + index);
    if (piece.charAt(index) !== "^") {
      if (code !== piece.charCodeAt(index)) return false;
    } else if (at + index === url.length) return index === piece.length - 1;
    else if (!isSeparator(code)) return false;
  }
  return true;
}

/** Anything but a letter, a digit, and `_`, `-`, `.`, `%`. */
function isSeparator(code: number): boolean {
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
  const isDigit = code >= 48 && code <= 57;
  return !(isLetter || isDigit || code === 95 || code === 45 || code === 46 || code === 37);
}
