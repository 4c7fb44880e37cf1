/** An expected outcome: a value, or a typed failure. Plain data, so that it survives Workers RPC. */
export type Result<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

export const succeed = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const fail = <F>(failure: F): { readonly ok: false; readonly failure: F } => ({ ok: false, failure });

/** Makes a `switch` over a union exhaustive: a new member does not compile until it is handled. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
