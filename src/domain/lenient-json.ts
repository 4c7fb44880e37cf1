/**
 * JSON as Chrome reads it in extensions: a byte order mark before it and comments in it do not matter.
 *
 * @returns the value; `undefined`, which no JSON is, for anything else.
 */
export function parseLenientJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
  return parse(text) ?? parse(withoutComments(text));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Each character is looked at once, whatever the text: uploads of strangers are read by this. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length;) {
    const isLine = text.startsWith("//", at);
    if (text.charAt(at) === '"') at = endOfString(text, at);
    else if (isLine || text.startsWith("/*", at)) {
      kept.push(text.slice(from, at));
      at = from = endOfComment(text, at, isLine);
    } else at++;
  }
  return [...kept, text.slice(from)].join(" ");
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === '"') return at + 1;
  }
  return text.length;
}

function endOfComment(text: string, start: number, isLine: boolean): number {
  const close = isLine ? "\n" : "*/";
  const at = text.indexOf(close, start + 2);
  return at < 0 ? text.length : at + close.length;
}
