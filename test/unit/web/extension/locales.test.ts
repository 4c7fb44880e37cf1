import { describe, expect, it } from "vitest";
import { messagesFor } from "../../../../src/domain/extension-locales.ts";
import { Locales } from "../../../../src/web/extension/locales.ts";

const files = (locales: Readonly<Record<string, object>>) =>
  new Map(
    Object.entries(locales).map(([locale, messages]) => [
      `_locales/${locale}/messages.json`,
      new TextEncoder().encode(JSON.stringify(messages)),
    ]),
  );

/** Of an extension that speaks English, German and Austrian. */
const localesFor = (language: string): Locales => {
  const manifest = { default_locale: "en" };
  const messages = messagesFor(
    {
      manifest,
      files: files({
        en: { Name: { message: "Name" }, only: { message: "only here" }, price: { message: "$$5, or $$$1" } },
        de: { Name: { message: "Nahme" }, tube: { message: "Tüte" } },
        de_AT: { tube: { message: "Sackerl" } },
      }),
    },
    language,
  );
  return new Locales({ id: "a".repeat(32), language, messages });
};

describe("an extension's messages", () => {
  it.for([
    ["de-AT", "Nahme", "Sackerl"],
    ["de", "Nahme", "Tüte"],
    ["fr-FR", "Name", ""],
  ] as const)(
    "in %s are those of the region, then of the language, then the default ones",
    ([language, name, tube]) => {
      const locales = localesFor(language);
      expect([locales.message("NAME"), locales.message("tube"), locales.message("only")]).toEqual([
        name,
        tube,
        "only here",
      ]);
    },
  );

  it.for([
    ["Hello $1", ["x"], "Hello x"],
    ["Hello $1", "x", "Hello x"],
    ["Hello $2$1", ["x"], "Hello x"],
    ["Hello $Name$", ["x", "y"], "Hello [y]"],
    ["Hello $none$", [], "Hello $none$"],
    ["$$1 is $1", ["x"], "$1 is x"],
    ["$$$", [], "$$"],
  ] as const)("put what they are given into %j", ([message, given, expected]) => {
    const messages = { it: { message, placeholders: { name: { content: "[$2]" } } } };
    expect(new Locales({ id: "", language: "en", messages }).message("it", given)).toBe(expected);
  });

  it("tell of the browser's language, and of the extension", () => {
    const locales = new Locales({ id: "an id", language: "ar-EG", messages: {} });
    const named = ["extension_id", "ui_locale", "bidi_dir", "bidi_start_edge"].map((name) =>
      locales.message(`@@${name}`),
    );
    expect(named).toEqual(["an id", "ar_EG", "rtl", "right"]);
  });

  it("stand in manifests by their names, in whatever depth", () => {
    const manifest = { name: "__MSG_name__", action: { default_title: "the __MSG_NAME__", keys: ["__MSG_none__"] } };
    expect(localesFor("de").manifest(manifest)).toEqual({
      name: "Nahme",
      action: { default_title: "the Nahme", keys: ["__MSG_none__"] },
    });
  });
});
