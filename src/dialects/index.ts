import { anchor } from "./anchor/index.ts";
import type { Dialect } from "./dialect.ts";
import { meshbrow } from "./meshbrow/index.ts";

/** Every dialect, in the order in which their credential headers are looked for. The first is the fallback. */
export const DIALECTS = [meshbrow, anchor] as const satisfies readonly [Dialect, ...Dialect[]];

/**
 * Chooses by the credential header and never by the body. A request without any credential is spoken to in
 * the dialect that alone has its path, and otherwise in the first one.
 */
export function selectDialect(headers: Headers, path: string): Dialect {
  const spoken = DIALECTS.find((dialect) => dialect.credential(headers) !== undefined);
  return spoken ?? DIALECTS.find((dialect) => dialect.owns(path)) ?? DIALECTS[0];
}
