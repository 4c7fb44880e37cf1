import type { StyleText } from "../../domain/extension-link.ts";

const sheets = new Map<string, CSSStyleSheet>();

/** Adds a style sheet to the document: one that is in no element of it, and that no policy of the page's concerns. */
export function addStyle({ text, base }: StyleText): void {
  if (sheets.has(text)) return;
  const sheet = new CSSStyleSheet({ baseURL: base });
  sheet.replaceSync(text);
  sheets.set(text, sheet);
  document.adoptedStyleSheets.push(sheet);
}

export function removeStyle({ text }: StyleText): void {
  const sheet = sheets.get(text);
  if (sheet === undefined) return;
  sheets.delete(text);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
}
