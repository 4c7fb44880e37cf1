/** Ids come from URLs of any length; an answer must not grow with them. */
const MAX_ECHOED_LENGTH = 80;

/** A caller's own text as an error message repeats it. */
export const echoed = (text: string): string =>
  text.length > MAX_ECHOED_LENGTH ? `${text.slice(0, MAX_ECHOED_LENGTH)}…` : text;
