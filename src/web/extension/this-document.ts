import type { MatchedDocument } from "./addresses.ts";

/** The document that this runs in. */
export function thisDocument(): MatchedDocument {
  const isMainFrame = window === window.top;
  const { href, protocol } = location;
  const isWeb = protocol === "http:" || protocol === "https:";
  return { url: href, madeBy: isWeb ? undefined : maker(isMainFrame), isMainFrame };
}

function maker(isMainFrame: boolean): string | undefined {
  const around: Window | null = isMainFrame ? (window.opener as Window | null) : window.parent;
  try {
    const url = around?.location.href;
    if (url !== undefined && /^https?:/.test(url)) return url;
  } catch {
    // Of another origin: that much is known of it.
  }
  const origin = self.origin === "null" ? location.ancestorOrigins[0] : self.origin;
  return origin !== undefined && /^https?:/.test(origin) ? `${origin}/` : undefined;
}
