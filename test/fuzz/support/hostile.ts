import * as fc from "fast-check";
import { addAt, placesIn, Raw, replaceAt, write } from "./json.ts";

const nested = (open: string, close: string, depth: number): Raw =>
  new Raw(`${open.repeat(depth)}1${close.repeat(depth)}`);

/** Numbers as JSON may write them, and as it may not. */
const numbers = fc.oneof(
  fc.constantFrom(-1, 0, 1, 0.5, 60, 3600, 3601, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 5e-324, Number.MAX_VALUE),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc
    .constantFrom("1e999", "-1e999", "-0", "0.1e1", "1E400", "NaN", "Infinity", "01", "+1", ".5", "0x10", "1n", "1_000")
    .map((text) => new Raw(text)),
);

const words = [
  "",
  " ",
  "auto",
  "max",
  "custom",
  "__proto__",
  "constructor",
  "\u0000",
  "a\nb",
  "\r\nSet-Cookie: a=b",
  "\ud800",
  "\u202e\u0000\uffff",
  "😀".repeat(40),
  "ﬀ",
  "İ",
  "<script>alert(1)</script>",
  "' OR 1=1 --",
  "%00%0d%0a",
  "../../etc/passwd",
  "http://169.254.169.254/",
  "http://[::1]/",
  "file:///etc/passwd",
  "http://a@b",
  "https://example.com/\ud800",
  "op://a/b/c",
  "op:////",
  "US",
  "us",
  "en-US-u-ca-gregory",
  "Etc/GMT+20",
  "9".repeat(400),
  "x".repeat(9000),
];
const texts = fc.oneof(fc.constantFrom(...words), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));

const structures = fc.oneof(
  fc.constantFrom<unknown>([], {}, [[]], { a: 1 }, [null], Array(60).fill("x"), { length: 3 }, { toString: 1 }),
  fc.constantFrom(nested("[", "]", 20), nested('{"a":', "}", 60), nested("[", "]", 200), nested('{"0":', "}", 6000)),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value that stands where another was expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false),
  numbers,
  texts,
  structures,
);

/** Keys that mean something to JavaScript, to SQL, or to nobody. */
export const hostileKey = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "then",
    "toJSON",
    "",
    "0",
    "length",
  ),
  fc.constantFrom("session", "browser", "proxy", "timeout", "active", "type", "profile_id", "profileId", "user_agent"),
  fc.string({ unit: "binary", maxLength: 12 }),
);

/** One change of a document: at one of its places, counted around. */
export interface Change {
  readonly place: number;
  readonly kind: "replace" | "add" | "remove";
  readonly key: string;
  readonly value: unknown;
}

export const change: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(500),
  kind: fc.constantFrom("replace", "replace", "add", "add", "remove"),
  key: hostileKey,
  value: hostileValue,
});

export function applyChange(document: unknown, { place, kind, key, value }: Change): unknown {
  const places = placesIn(document);
  const path = places[place % places.length] ?? [];
  switch (kind) {
    case "replace":
      return replaceAt(document, path, value);
    case "add":
      return addAt(document, path, [key, value]);
    case "remove":
      return path.length === 0 ? undefined : replaceAt(document, path, null);
    default:
      return kind satisfies never;
  }
}

/** What happens to the text of a document. */
export type Damage = (text: string) => string;

const cut = fc.nat(400).map(
  (at): Damage =>
    (text) =>
      text.slice(0, at % (text.length + 1)),
);
const insert = fc
  .tuple(fc.nat(400), fc.constantFrom("\\", '"', "{", "}", ",", "\u0000", "\ufeff", "\ud800", "/*", "é", "\\u005f"))
  .map(([at, what]): Damage => (text) => {
    const position = at % (text.length + 1);
    return text.slice(0, position) + what + text.slice(position);
  });
const around = fc
  .constantFrom(
    ["\ufeff", ""],
    ["", "\u0000"],
    ["[", "]"],
    ["", "{}"],
    ["  \n", "\t"],
    ['"', '"'],
    ["\ufeff\ufeff", ""],
  )
  .map(
    ([before, after]): Damage =>
      (text) =>
        `${before}${text}${after}`,
  );

export const damage: fc.Arbitrary<Damage> = fc.oneof(cut, insert, around);

/** A document's text: mutated in its structure, then mostly left and sometimes damaged. */
export const mutatedText = (document: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc
    .record({
      document,
      changes: fc.array(change, { minLength: 1, maxLength: 3 }),
      damage: fc.option(damage, { freq: 3, nil: undefined }),
    })
    .map(({ document: start, changes, damage: damaged }) => {
      const text = write(changes.reduce(applyChange, start));
      return damaged ? damaged(text) : text;
    });
