const two = (number: number): string => String(number).padStart(2, "0");

/** `1:02:03`, or `2:03`; with tenths where they matter. */
export function clockTime(ms: number, { tenths = false }: { readonly tenths?: boolean } = {}): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const clock = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  return tenths ? `${clock}.${Math.floor((Math.max(0, ms) % 1000) / 100)}` : clock;
}

export function byteSize(bytes: number): string {
  if (bytes < 0) return "–";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);

/** What a request is called in a list: the last part of its path. */
export function shortName(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search, host } = new URL(url);
  const last = pathname.split("/").findLast((part) => part !== "");
  return last === undefined ? host : last + search;
}
