import { APPENDABLE } from "./action-problem.ts";
import type { HeaderChange } from "./rule.ts";

export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A change with whose it is. */
export interface OwnedChange extends HeaderChange {
  readonly owner: string;
}

/** Whether a header may still be changed after what was done to it by a rule that comes first. */
function mayFollow(change: OwnedChange, before: OwnedChange | undefined): boolean {
  if (before === undefined) return true;
  if (change.operation !== "append" || before.operation === "remove") return false;
  return before.operation === "append" || before.owner === change.owner;
}

/**
 * Headers after what rules do to them.
 *
 * @param changes those of the rules that come first, first.
 * @param isRequest a request has each header once; an answer may have it several times.
 * @returns `undefined` when all of it is as before.
 */
export function changedHeaders(
  headers: readonly Header[],
  changes: readonly OwnedChange[],
  isRequest: boolean,
): readonly Header[] | undefined {
  const done = new Map<string, OwnedChange>();
  let current = headers;
  for (const change of changes) {
    const name = change.header.toLowerCase();
    if (!mayFollow(change, done.get(name))) continue;
    // What was set first decides what may follow.
    if (!done.has(name)) done.set(name, change);
    current = changed(current, change, isRequest);
  }
  return done.size > 0 ? current : undefined;
}

function changed(
  headers: readonly Header[],
  { header, operation, value = "" }: OwnedChange,
  isRequest: boolean,
): readonly Header[] {
  const name = header.toLowerCase();
  const others = headers.filter((each) => each.name.toLowerCase() !== name);
  if (operation === "remove") return others;
  if (operation === "set") return [...others, { name: header, value }];
  const found = headers.find((each) => each.name.toLowerCase() === name);
  if (!isRequest || found === undefined) return [...headers, { name: header, value }];
  const joined = found.value + (APPENDABLE.get(name) ?? ", ") + value;
  return headers.map((each) => (each === found ? { name: found.name, value: joined } : each));
}
