import type { ExtensionManifest } from "./extension.ts";
import type { LocaleMessage } from "./extension-link.ts";
import { isObject, isText } from "./json-shapes.ts";
import { parseLenientJson } from "./lenient-json.ts";

const MESSAGES = /^_locales\/([^/]+)\/messages\.json$/;
const PLACEHOLDER = /^__MSG_(\w+)__$/;

/** The files of messages that a package has. */
export const messageFiles = (paths: ReadonlySet<string>): readonly string[] =>
  [...paths].filter((path) => MESSAGES.test(path));

/** @returns what is wrong with where a package's messages are, if something is. */
export function localeProblem(manifest: ExtensionManifest, paths: ReadonlySet<string>): string | undefined {
  const { default_locale: locale } = manifest;
  if (locale === undefined) {
    const name = nameMessage(manifest);
    if (name !== undefined) return `default_locale is missing, where name is __MSG_${name}__`;
    const hasLocales = [...paths].some((path) => path.startsWith("_locales/"));
    return hasLocales ? "default_locale is missing, although the package has a folder _locales" : undefined;
  }
  if (!isText(locale) || !/^\w+$/.test(locale)) return "default_locale must be the name of a folder in _locales";
  const path = `_locales/${locale}/messages.json`;
  return paths.has(path) ? undefined : `default_locale is ${locale}, but ${path} is not in the package`;
}

/** Whether a file of messages is one: names, and a `message` for each. */
export const areMessages = (messages: unknown): boolean =>
  isObject(messages) && Object.values(messages).every((entry) => isObject(entry) && isText(entry["message"]));

/** The message that a manifest's name stands for; `undefined` for a name that is written out. */
export function nameMessage({ name }: ExtensionManifest): string | undefined {
  return isText(name) ? PLACEHOLDER.exec(name)?.[1] : undefined;
}

/** Whether messages have one of this name, which is spelled in upper or lower case. */
export const hasMessage = (messages: unknown, name: string): boolean =>
  isObject(messages) && Object.keys(messages).some((key) => key.toLowerCase() === name.toLowerCase());

/**
 * An extension's messages for a browser of this language, by their names in lower case: the language's with its region,
 * where they lack one the language's own, and then the default ones.
 */
export function messagesFor(
  { manifest, files }: { readonly manifest: ExtensionManifest; readonly files: ReadonlyMap<string, Uint8Array> },
  language: string,
): Readonly<Record<string, LocaleMessage>> {
  const [base = "", region] = language.split("-");
  const { default_locale: standard } = manifest;
  const locales = [isText(standard) ? standard : "", base, ...(region === undefined ? [] : [`${base}_${region}`])];
  const messages: Record<string, LocaleMessage> = {};
  for (const locale of locales) {
    const file = files.get(`_locales/${locale}/messages.json`);
    const own = file && parseLenientJson(file);
    if (!isObject(own)) continue;
    for (const [name, message] of Object.entries(own)) messages[name.toLowerCase()] = message as LocaleMessage;
  }
  return messages;
}
