import type { ExtensionManifest } from "./extension.ts";
import { isObject, isText } from "./json-shapes.ts";

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
