import { toBase64Url } from "../domain/ids.ts";

/** A place in a list ordered by creation: the last session of the page before. */
export interface SessionPosition {
  readonly createdAt: number;
  readonly id: string;
}

/** Opaque to clients, so that it may change. */
export function encodeCursor({ createdAt, id }: SessionPosition): string {
  return toBase64Url(new TextEncoder().encode(`${createdAt}.${id}`));
}

const CURSOR_SHAPE = /^(\d{1,15})\.(.{1,64})$/;

/** `undefined` for text that {@link encodeCursor} cannot have made. */
export function decodeCursor(cursor: string): SessionPosition | undefined {
  const match = CURSOR_SHAPE.exec(fromBase64Url(cursor) ?? "");
  const [, createdAt, id] = match ?? [];
  return createdAt === undefined || id === undefined ? undefined : { createdAt: Number(createdAt), id };
}

function fromBase64Url(text: string): string | undefined {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}
