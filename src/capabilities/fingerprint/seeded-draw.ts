/** One of several values, drawn in proportion to its weight among theirs. */
export interface Weighted<Value> {
  readonly value: Value;
  readonly weight: number;
}

/**
 * Draws one entry, the same one for the same seed. Each question (`topic`) of a seed has an answer of its own, so
 * that a constraint on one property leaves the others as they were.
 *
 * @returns `undefined` when there is nothing to draw from.
 */
export function drawFor<Value>(seed: string, topic: string, entries: readonly Weighted<Value>[]): Value | undefined {
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  let left = fractionOf(`${topic}\n${seed}`) * total;
  for (const { value, weight } of entries) {
    left -= weight;
    if (left < 0) return value;
  }
  return entries.at(-1)?.value;
}

const TWO_TO_32 = 2 ** 32;

/** FNV-1a over the UTF-16 units, then the finaliser of MurmurHash3, which spreads short and similar seeds. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / TWO_TO_32;
}
