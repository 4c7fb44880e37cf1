import type { z } from "@hono/zod-openapi";
import type { Failure } from "../domain/failure.ts";
import { fail, type Result, succeed } from "../domain/result.ts";

/** Field names are echoed; a hostile one must not make a huge answer. */
const MAX_FIELD_LENGTH = 120;

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** The caller's own spelling of a canonical dotted path, where the two differ. */
export type Spelling = ReadonlyMap<string, string>;

interface Complaint {
  readonly path: Path;
  /** What is wrong, as a predicate: "must be a boolean". */
  readonly predicate: string;
}

/** What was validated, as the caller wrote it. */
interface Written {
  readonly input: unknown;
  readonly spelling?: Spelling;
  /** What a complaint about the whole is about: "request body" unless told otherwise. */
  readonly whole?: string;
}

/**
 * Validates and turns what zod finds into one failure: the complaint about the field that comes first in
 * the caller's document (a missing field comes after those that are there), so that the same request always
 * gets the same answer. Its message starts with the field's dotted path.
 *
 * @returns the schema's output, or `invalidRequest`.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  written: Written = { input: value },
): Result<z.output<Schema>, Failure> {
  const parsed = schema.safeParse(value, { error: predicateOf });
  if (parsed.success) return succeed(parsed.data);
  const rankOf = createRanking(written.input);
  const first = parsed.error.issues
    .flatMap((issue) => complaintsOf(issue, []))
    .map(({ path, predicate }) => ({ path: spelledPath(path, written.spelling), predicate }))
    .map((complaint) => ({ ...complaint, rank: rankOf(complaint.path) }))
    .reduce((best, next) => (compareRanks(next.rank, best.rank) < 0 ? next : best));
  if (first.path.length === 0) {
    return fail({ kind: "invalidRequest", message: `${written.whole ?? "request body"} ${first.predicate}` });
  }
  return fail(fieldFailure(dotted(first.path), first.predicate));
}

/** `invalidRequest` about one field; `predicate` completes the sentence that the field's name begins. */
export function fieldFailure(field: string, predicate: string): Failure {
  const named = field.length > MAX_FIELD_LENGTH ? `${field.slice(0, MAX_FIELD_LENGTH)}…` : field;
  return { kind: "invalidRequest", field: named, message: `${named} ${predicate}` };
}

const dotted = (path: Path): string => path.map(String).join(".");

function spelledPath(path: Path, spelling: Spelling | undefined): Path {
  const spelled = spelling?.get(dotted(path));
  return spelled === undefined ? path : spelled.split(".");
}

/** Unknown keys come in the order of the document, so that the first stands for all. */
function complaintsOf(issue: Issue, prefix: Path): Complaint[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, 1).map((key) => ({ path: [...path, key], predicate: "is not a known field" }));
  }
  if (issue.code === "invalid_union") {
    const branch = issue.errors.find((errors) => errors.length > 0 && !errors.some(isAboutTheWhole));
    if (branch !== undefined) return branch.flatMap((nested) => complaintsOf(nested, path));
  }
  return [{ path, predicate: issue.message }];
}

/** The branch of a union does not fit at all, as opposed to fitting with a wrong field in it. */
const isAboutTheWhole = (issue: Issue): boolean => issue.path.length === 0 && issue.code !== "unrecognized_keys";

/**
 * Where a path is in the caller's document: the position of each of its keys, absent ones last. The keys of an
 * object are counted once, however many complaints there are about what is in it.
 */
function createRanking(input: unknown): (path: Path) => readonly number[] {
  const counted = new Map<object, ReadonlyMap<string, { readonly position: number; readonly value: unknown }>>();
  const entriesOf = (holder: object) => {
    const entries =
      counted.get(holder) ??
      new Map(Object.entries(holder).map(([key, value], position) => [key, { position, value }] as const));
    counted.set(holder, entries);
    return entries;
  };
  return (path) => {
    let holder = input;
    return path.map((key) => {
      const entry = typeof holder === "object" && holder !== null ? entriesOf(holder).get(String(key)) : undefined;
      holder = entry?.value;
      return entry?.position ?? Number.POSITIVE_INFINITY;
    });
  };
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  for (const [index, position] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (position !== other) return position < other ? -1 : 1;
  }
  return left.length < right.length ? -1 : 0;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  object: "an object",
  array: "an array",
};

/** The default wording. A schema's own `error` takes precedence and follows the same form. */
function predicateOf(issue: z.core.$ZodRawIssue): string {
  const missing = issue.input === undefined;
  switch (issue.code) {
    case "invalid_type":
      return missing ? "is required" : `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return oneOf(missing, issue.values);
    case "invalid_union":
      return noBranch(issue);
    case "too_big":
      return tooBig(issue.origin, issue.maximum);
    case "too_small":
      return tooSmall(issue.origin, issue.minimum);
    case "invalid_format":
      return issue.format === "uuid" ? "must be a UUID" : `must be a valid ${issue.format}`;
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "not_multiple_of":
    case "unrecognized_keys":
      return issue.message ?? "is invalid";
    default:
      return "is invalid";
  }
}

function oneOf(missing: boolean, values: readonly unknown[]): string {
  const known = values.filter((value) => value !== undefined && value !== null).map(String);
  return `${missing ? "is required," : "must be"} one of: ${known.join(", ")}`;
}

/** A union without a discriminator says in its own `error` what it takes. */
function noBranch(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const options: unknown = issue.options;
  return Array.isArray(options) ? oneOf(!hasKey(issue.input, issue.discriminator), options) : "is invalid";
}

const hasKey = (value: unknown, key: string | undefined): boolean =>
  typeof value === "object" && value !== null && key !== undefined && Object.hasOwn(value, key);

function tooBig(origin: string, maximum: number | bigint): string {
  if (origin === "string") return `must be at most ${maximum} characters long`;
  if (origin === "array") return `must have at most ${maximum} items`;
  return `must be at most ${maximum}`;
}

function tooSmall(origin: string, minimum: number | bigint): string {
  if (origin === "string") return minimum === 1 ? "must not be empty" : `must be at least ${minimum} characters long`;
  if (origin === "array") return minimum === 1 ? "must not be empty" : `must have at least ${minimum} items`;
  return `must be at least ${minimum}`;
}
