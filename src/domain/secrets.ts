/** How an account's secret store is reached. Never leaves the session's object, and is stored encrypted. */
export type IntegrationCredentials =
  /** A 1Password Connect server of the account's own. */
  | { readonly kind: "connect"; readonly host: string; readonly token: string }
  /** 1Password itself, with a service account's token (`ops_…`). */
  | { readonly kind: "serviceAccount"; readonly token: string };

/** A secret store that an account has told of. */
export interface Integration {
  readonly id: string;
  readonly name: string;
  readonly type: "1PASSWORD";
  readonly kind: IntegrationCredentials["kind"];
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** `op://vault/item/[section/]field`, with its parts decoded (1Password, "Secret reference syntax"). */
export interface SecretReference {
  readonly text: string;
  readonly vault: string;
  readonly item: string;
  readonly section: string | null;
  readonly field: string;
  /** The code of now is meant, not what it is computed from. */
  readonly isOneTimePassword: boolean;
}

export interface SecretField {
  readonly id: string;
  readonly label: string;
  readonly section: string | null;
  /** Of the login that the item is for. */
  readonly purpose: "username" | "password" | null;
  readonly value: string;
  /** The code of now, of a field that has one. */
  readonly oneTimePassword: string | null;
}

/** An item of a vault, as far as it is used. */
export interface SecretItem {
  /** Websites that it is for. */
  readonly urls: readonly string[];
  readonly fields: readonly SecretField[];
}

/** What became of an attempt to use a secret. */
export const SECRET_OUTCOMES = [
  "filled",
  "not_allowed",
  "not_found",
  "wrong_site",
  "not_editable",
  "unavailable",
] as const;
export type SecretOutcome = (typeof SECRET_OUTCOMES)[number];

/** One line of the audit list; it never holds a value. */
export interface SecretUse {
  readonly sessionId: string;
  /** `null` where no integration of the session may use the reference. */
  readonly integrationId: string | null;
  readonly reference: string;
  /** Host of the document that it was for. */
  readonly host: string;
  readonly outcome: SecretOutcome;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The longest reference that is looked at. */
export const MAX_REFERENCE_LENGTH = 512;
const SCHEME = "op://";
const PARTS = /^op:\/\/([^/?\s]+[^/?]*)\/([^/?]+)\/(?:([^/?]+)\/)?([^/?]+)(?:\?attribute=(otp|totp|value))?$/;

/** `undefined` for what is no complete reference. */
export function parseReference(text: string): SecretReference | undefined {
  const found = text.length > MAX_REFERENCE_LENGTH ? null : PARTS.exec(text.trim());
  if (found === null) return undefined;
  const [, vault = "", item = "", section, field = "", attribute] = found;
  try {
    return {
      text: text.trim(),
      vault: decodeURIComponent(vault),
      item: decodeURIComponent(item),
      section: section === undefined ? null : decodeURIComponent(section),
      field: decodeURIComponent(field),
      isOneTimePassword: attribute === "otp" || attribute === "totp",
    };
  } catch {
    return undefined;
  }
}

/** Whether nothing else than a reference begins so. */
export const beginsReference = (text: string): boolean => text.startsWith(SCHEME);

/** Whether more characters can make a reference of it, or have done so. */
export const mayBeReference = (text: string): boolean =>
  text.length <= MAX_REFERENCE_LENGTH &&
  (text.length < SCHEME.length ? SCHEME.startsWith(text) : text.startsWith(SCHEME) && !/[\r\n\t]/.test(text));

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The value that a reference means in its item; `undefined` when the item has no such field. */
export function valueOf({ fields }: SecretItem, reference: SecretReference): string | undefined {
  const { section, field: name, isOneTimePassword } = reference;
  const found =
    fields.find(
      ({ id, label, section: of }) =>
        (same(id, name) || same(label, name)) && (section === null || (of !== null && same(of, section))),
    ) ?? (section === null ? fields.find(({ purpose }) => purpose !== null && same(purpose, name)) : undefined);
  if (found === undefined) return undefined;
  // A field of codes has one use in a page: its code of now.
  return found.oneTimePassword ?? (isOneTimePassword ? undefined : found.value);
}

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|.+\.localhost)$/;

/**
 * Whether a document may be given what an item holds: it is on a host that the item names, or below it, by the same
 * port if the item says one, and over HTTPS unless the item itself says otherwise.
 */
export function isFor({ urls }: Pick<SecretItem, "urls">, documentUrl: string): boolean {
  if (!URL.canParse(documentUrl)) return false;
  const page = new URL(documentUrl);
  return urls.some((url) => {
    const named = /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `https://${url}`;
    if (!URL.canParse(named)) return false;
    const { protocol, hostname, port } = new URL(named);
    const isSafe =
      page.protocol === "https:" || (page.protocol === "http:" && (protocol === "http:" || LOCAL.test(hostname)));
    const host = hostname.replace(/^www\./, "");
    const isThere = page.hostname === hostname || page.hostname === host || page.hostname.endsWith(`.${host}`);
    return isSafe && host !== "" && isThere && (port === "" ? page.port === "" : page.port === port);
  });
}
