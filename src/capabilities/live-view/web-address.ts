const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:(?!\d+(?:[/?#]|$))/i;

/** What somebody wrote into an address bar, as a URL; `undefined` when it is none. */
export function webAddress(text: string): string | undefined {
  const written = text.trim();
  if (written === "" || /\s/.test(written)) return undefined;
  const url = HAS_SCHEME.test(written) ? written : `${isOwnMachine(written) ? "http" : "https"}://${written}`;
  return URL.canParse(url) ? url : undefined;
}

/** Few such servers have certificates. */
const isOwnMachine = (written: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/i.test(written);
