import { SetupFailure } from "../scripts/setup/failure.mjs";

export interface NumberOption {
  readonly option: string;
  readonly text: string | undefined;
  readonly least: number;
  readonly most?: number;
  readonly otherwise: number;
}

/** The value of an option that takes a whole number. @throws SetupFailure naming the option and its range. */
export function readWholeNumber({ option, text, least, most = Infinity, otherwise }: NumberOption): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Infinity ? `from ${least} on` : `from ${least} to ${most}`;
  throw new SetupFailure(`--${option} ${text} is not a number of ${option}.`, `Give a whole number ${range}.`);
}
