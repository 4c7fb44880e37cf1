import type { ContentGroup } from "../../domain/extension-link.ts";
import { EXTENSION_DOMAIN } from "../../domain/extension-origin.ts";
import { matchesAny } from "../../domain/match-pattern.ts";

/** A document as content scripts are matched to it. */
export interface MatchedDocument {
  readonly url: string;
  /** Of the document that made it, where its own address says nothing. */
  readonly madeBy: string | undefined;
  readonly isMainFrame: boolean;
}

/** Whether a group of content scripts runs in a document. */
export function isMatched(group: ContentGroup, { url, madeBy, isMainFrame }: MatchedDocument): boolean {
  if (!isMainFrame && !group.allFrames) return false;
  const matched = matchedUrl(group, url, madeBy);
  // What extensions show is nobody else's to change.
  if (matched === undefined || new URL(matched).hostname.endsWith(`.${EXTENSION_DOMAIN}`)) return false;
  if (!matchesAny(group.matches, matched) || matchesAny(group.excludeMatches, matched)) return false;
  if (group.includeGlobs !== undefined && !matchesAnyGlob(group.includeGlobs, matched)) return false;
  return !matchesAnyGlob(group.excludeGlobs, matched);
}

function matchedUrl(group: ContentGroup, url: string, madeBy: string | undefined): string | undefined {
  if (/^https?:/.test(url)) return url;
  if (group.matchesByOrigin) return madeBy;
  return group.matchesBlank && /^about:(?:blank|srcdoc)/.test(url) ? madeBy : undefined;
}

/** Whether a text is what one of the globs says: `*` is any characters, `?` is one. */
export const matchesAnyGlob = (globs: readonly string[], text: string): boolean =>
  globs.some((glob) => matchesGlob(glob, text));

/** Goes back to the last star only, which is enough, and cannot take long. */
function matchesGlob(glob: string, text: string): boolean {
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    const char = glob[from];
    if (char === "*") {
      star = from;
      resume = at;
      from += 1;
    } else if (char === "?" || (char !== undefined && char === text[at])) {
      from += 1;
      at += 1;
    } else if (star >= 0) {
      from = star + 1;
      resume += 1;
      at = resume;
    } else return false;
  }
  return /^\**$/.test(glob.slice(from));
}
