/** Text that stands for a value in a JSON document although no value is written like it: `1e999`, a key twice. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `JSON.stringify` with {@link Raw} parts. */
export function write(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).map(([key, property]) => `${JSON.stringify(key)}:${write(property)}`);
  return `{${entries.join(",")}}`;
}

export type Path = readonly (string | number)[];

/** Every place in a document, the root first. */
export function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null || value instanceof Raw) return [path];
  const children = Array.isArray(value)
    ? value.flatMap((item, index) => placesIn(item, [...path, index]))
    : Object.entries(value).flatMap(([key, property]) => placesIn(property, [...path, key]));
  return [path, ...children];
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((holder, key) => (holder as Record<string | number, unknown>)[key], value);
}

/** A copy with another value in one place. */
export function replaceAt(value: unknown, path: Path, replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((item, index) => (index === key ? replaceAt(item, rest, replacement) : item));
  const entries = Object.entries(value as object);
  return Object.fromEntries(
    entries.map(([name, property]) => [name, name === key ? replaceAt(property, rest, replacement) : property]),
  );
}

/** A copy whose object in one place holds a further key, which may be there already. */
export function addAt(value: unknown, path: Path, [key, added]: readonly [string, unknown]): unknown {
  const holder = valueAt(value, path);
  if (typeof holder !== "object" || holder === null || holder instanceof Raw) return value;
  if (Array.isArray(holder)) return replaceAt(value, path, [...(holder as unknown[]), added]);
  const text = write(holder);
  const separator = text === "{}" ? "" : ",";
  return replaceAt(value, path, new Raw(`${text.slice(0, -1)}${separator}${JSON.stringify(key)}:${write(added)}}`));
}
