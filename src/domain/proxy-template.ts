const PLACEHOLDERS = ["country", "region", "city", "session", "lifetime"] as const;
/** What a template can stand in for. */
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** What stands for each placeholder; `null` for nothing. */
export type TemplateValues = Readonly<Record<Placeholder, string | null>>;

interface Text {
  readonly kind: "text";
  readonly text: string;
}

interface Value {
  readonly kind: "value";
  readonly placeholder: Placeholder;
  readonly upperCase: boolean;
  /** What stands between the words of the value. */
  readonly joint: string;
}

interface Optional {
  readonly kind: "optional";
  readonly parts: readonly (Text | Value)[];
}

type Part = Text | Value | Optional;

/** Doubled signs come first: they are literal wherever they stand. A placeholder holds no brackets. */
const TOKENS = /\[\[|\]\]|\{\{|\}\}|\{[^{}[\]]*\}|[{}[\]]|[^{}[\]]+/g;
const LITERALS: ReadonlySet<string> = new Set(["[[", "]]", "{{", "}}"]);
const PLACEHOLDER = /^\{([a-z]+|[A-Z]+)(?::([_+-]))?\}$/;
/** Values of several words. */
const WORDED: ReadonlySet<Placeholder> = new Set(["region", "city"]);
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/** A template that cannot be read; the message is a predicate: "has brackets within brackets". */
class TemplateError extends Error {}

/**
 * What is wrong with a template, as a predicate ("has …"), or `undefined`. The template itself is not repeated,
 * because it may hold a password; an unknown placeholder is, by its name.
 */
export function templateProblem(template: string): string | undefined {
  if (CONTROL_CHARACTER.test(template) || !template.isWellFormed()) {
    return "must not contain control characters or broken Unicode";
  }
  try {
    parseTemplate(template);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

/** The placeholders that a sound template uses. */
export function placeholdersOf(template: string): ReadonlySet<Placeholder> {
  const parts = parseTemplate(template).flatMap((part) => (part.kind === "optional" ? part.parts : [part]));
  return new Set(parts.flatMap((part) => (part.kind === "value" ? [part.placeholder] : [])));
}

/**
 * Fills a template in. Values keep letters, digits and dots only, and the template's own sign between words: no
 * value can end the part of the user name that it stands in.
 *
 * @throws when {@link templateProblem} has something to say.
 */
export function renderTemplate(template: string, values: TemplateValues): string {
  const textOf = (part: Text | Value): string => (part.kind === "text" ? part.text : rendered(part, values));
  return parseTemplate(template)
    .map((part) => {
      if (part.kind !== "optional") return textOf(part);
      const isEmpty = part.parts.some((inner) => inner.kind === "value" && textOf(inner) === "");
      return isEmpty ? "" : part.parts.map(textOf).join("");
    })
    .join("");
}

function rendered({ placeholder, upperCase, joint }: Value, values: TemplateValues): string {
  const words = (values[placeholder] ?? "")
    .split(/[\s_-]+/)
    .map((word) => word.replace(/[^\p{L}\p{M}\p{N}.]/gu, ""))
    .filter((word) => word !== "");
  const text = words.join(joint);
  return upperCase ? text.toUpperCase() : text.toLowerCase();
}

function parseTemplate(template: string): readonly Part[] {
  const parts: Part[] = [];
  let optional: (Text | Value)[] | undefined;
  for (const [token] of template.matchAll(TOKENS)) {
    if (token === "[") {
      if (optional) throw new TemplateError("has brackets within brackets; [[ is the literal sign");
      optional = [];
    } else if (token === "]") {
      parts.push(closed(optional));
      optional = undefined;
    } else {
      (optional ?? parts).push(toPart(token));
    }
  }
  if (optional) throw new TemplateError("has a [ without its ]; [[ is the literal sign");
  return parts;
}

function closed(parts: readonly (Text | Value)[] | undefined): Optional {
  if (!parts) throw new TemplateError("has a ] without its [; ]] is the literal sign");
  if (!parts.some(({ kind }) => kind === "value")) {
    throw new TemplateError("has brackets without a placeholder in them; [[ and ]] are the literal signs");
  }
  return { kind: "optional", parts };
}

function toPart(token: string): Text | Value {
  if (LITERALS.has(token)) return { kind: "text", text: token.charAt(0) };
  if (token === "{" || token === "}") {
    throw new TemplateError(`has a ${token} that belongs to no placeholder; ${token}${token} is the literal sign`);
  }
  return token.startsWith("{") ? toValue(token) : { kind: "text", text: token };
}

function toValue(token: string): Value {
  const [, written = "", joint = ""] = PLACEHOLDER.exec(token) ?? [];
  const placeholder = PLACEHOLDERS.find((name) => name === written.toLowerCase());
  if (placeholder === undefined || (joint !== "" && !WORDED.has(placeholder))) {
    const known = PLACEHOLDERS.map((name) => `{${name}}`).join(", ");
    // A stray brace in a password must not bring the password into the message.
    const shown = /^\{[A-Za-z]{1,12}(?::.?)?\}$/.test(token) ? ` ${token}` : "";
    throw new TemplateError(
      `has an unknown placeholder${shown}; there are ${known}, all upper case too, and {region:_} or {city:_} with _, - or +`,
    );
  }
  return { kind: "value", placeholder, joint, upperCase: written === written.toUpperCase() };
}
