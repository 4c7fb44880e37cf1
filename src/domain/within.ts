/** Something did not happen in its time. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
}

/** The work's outcome, or a `TimeLimitError` once the limit has passed; the work itself goes on. */
export async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(`not done in ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The value of `work`, or `undefined` when it takes longer. */
export async function settledWithin<T>(limitMs: number, work: Promise<T>): Promise<T | undefined> {
  try {
    return await within(limitMs, work);
  } catch (error) {
    if (error instanceof TimeLimitError) return undefined;
    throw error;
  }
}
