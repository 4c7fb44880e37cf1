/**
 * How a file is to be called (RFC 6266): any name, and for old readers one without letters that they cannot read. What
 * could end the header, or the folder, is not in it.
 */
export function contentDisposition(disposition: "attachment" | "inline", fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\/%]/g, "_");
  if (plain === fileName) return `${disposition}; filename="${plain}"`;
  const encoded = encodeURIComponent(fileName.toWellFormed().replace(/[\\/]/g, "_")).replace(/['()*]/g, percent);
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
