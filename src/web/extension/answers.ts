import { throwLater } from "./events.ts";

export type Callback = (...args: unknown[]) => unknown;

/** Errors of extension APIs are found in `runtime.lastError`, while the callback runs. */
let lastError: { readonly message: string } | undefined;

export const currentError = (): { readonly message: string } | undefined => lastError;

/** Runs code of the extension's with an error to be found. */
export function withError(message: string | undefined, run: () => void): void {
  lastError = message === undefined ? undefined : { message };
  try {
    run();
  } catch (error) {
    throwLater(error);
  } finally {
    lastError = undefined;
  }
}

/** The arguments, and the callback that may end them. */
export function splitCallback(args: readonly unknown[]): readonly [readonly unknown[], Callback | undefined] {
  const last = args.at(-1);
  return typeof last === "function" ? [args.slice(0, -1), last as Callback] : [args, undefined];
}

/** A method as extensions call them: with a callback, or for a promise. */
export function method(run: (...args: readonly unknown[]) => unknown): (...args: unknown[]) => unknown {
  return (...args) => {
    const [given, callback] = splitCallback(args);
    const work = (async () => run(...given))();
    if (callback === undefined) return work;
    work.then(
      (value) => withError(undefined, () => callback(value)),
      (error: unknown) => withError(messageOf(error), () => callback()),
    );
    return undefined;
  };
}

/** Methods by their names. */
export function methods(
  runs: Readonly<Record<string, (...args: never[]) => unknown>>,
): Record<string, (...args: unknown[]) => unknown> {
  return Object.fromEntries(
    Object.entries(runs).map(([name, run]) => [name, method(run as (...args: readonly unknown[]) => unknown)]),
  );
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
