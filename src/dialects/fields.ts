import { z } from "@hono/zod-openapi";

/** Longest side of a viewport in CSS pixels: 8K, above any screen that a page meets. */
const MAX_VIEWPORT_SIDE = 7680;

// C0 and C1 controls and DEL: they end header lines, terminal lines and C strings somewhere down the road.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/** Well-formed text of `minimum` to `maximum` UTF-16 units on one line. */
export const text = (minimum: number, maximum: number) =>
  z
    .string()
    .min(minimum)
    .max(maximum)
    .refine((value) => value.isWellFormed() && !CONTROL_CHARACTER.test(value), {
      error: "must not contain control characters or broken Unicode",
    });

/** An integer between two inclusive bounds, described by one phrase whatever is wrong with it. */
export const integer = (minimum: number, maximum: number) =>
  z
    .int({ error: `must be an integer from ${minimum} to ${maximum}` })
    .min(minimum)
    .max(maximum);

export const viewportSide = () => integer(1, MAX_VIEWPORT_SIDE);
