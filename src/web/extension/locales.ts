import type { ExtensionManifest } from "../../domain/extension.ts";
import type { ExtensionConfig, LocaleMessage } from "../../domain/extension-link.ts";

/** Languages that are written from right to left, as Chrome lists them. */
const RIGHT_TO_LEFT = /^(?:ar|fa|he|iw|ur|yi)\b/i;
const MESSAGE = /__MSG_(@@\w+|\w+)__/g;

/** The messages of an extension in the browser's language, as `chrome.i18n` answers them. */
export class Locales {
  readonly #messages: ReadonlyMap<string, LocaleMessage>;

  constructor({ id, language, messages }: Pick<ExtensionConfig, "id" | "language" | "messages">) {
    const isRtl = RIGHT_TO_LEFT.test(language);
    const [start, end] = isRtl ? ["right", "left"] : ["left", "right"];
    const [direction, reversed] = isRtl ? ["rtl", "ltr"] : ["ltr", "rtl"];
    const predefined: Readonly<Record<string, string>> = {
      extension_id: id,
      ui_locale: language.replaceAll("-", "_"),
      bidi_dir: direction,
      bidi_reversed_dir: reversed,
      bidi_start_edge: start,
      bidi_end_edge: end,
    };
    this.#messages = new Map([
      ...Object.entries(messages),
      ...Object.entries(predefined).map(([name, message]) => [`@@${name}`, { message }] as const),
    ]);
  }

  /** `""` for a message that there is none of. */
  message(name: string, substitutions: unknown = []): string {
    const found = this.#messages.get(name.toLowerCase());
    if (found === undefined) return "";
    const given = (Array.isArray(substitutions) ? substitutions : [substitutions]).map(String);
    const placeholders = new Map(
      Object.entries(found.placeholders ?? {}).map(([each, { content }]) => [each.toLowerCase(), content]),
    );
    // Placeholders stand for text with substitutions of its own.
    const placed = found.message.replaceAll(/\$([\w@]+)\$/g, (written, each: string) => {
      return placeholders.get(each.toLowerCase()) ?? written;
    });
    return placed.replaceAll(/\$(\$+|[1-9])/g, (_written, what: string) => {
      return what.startsWith("$") ? what : (given[Number(what) - 1] ?? "");
    });
  }

  /** A text with the messages that it names by `__MSG_…__`. */
  translate(text: string): string {
    return text.replaceAll(MESSAGE, (written, name: string) =>
      this.#messages.has(name.toLowerCase()) ? this.message(name) : written,
    );
  }

  /** What code of the extension's sees of its manifest. */
  manifest(manifest: ExtensionManifest): ExtensionManifest {
    return JSON.parse(JSON.stringify(manifest), (_key, value: unknown) =>
      typeof value === "string" ? this.translate(value) : value,
    ) as ExtensionManifest;
  }
}
