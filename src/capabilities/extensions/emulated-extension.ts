import type { ExtensionManifest, ExtensionPackage } from "../../domain/extension.ts";
import type { ContentGroup, ExtensionConfig } from "../../domain/extension-link.ts";
import { messagesFor } from "../../domain/extension-locales.ts";
import { askedPermissions, packagePath } from "../../domain/extension-manifest.ts";
import { extensionName, extensionOrigin } from "../../domain/extension-origin.ts";
import { areTexts, isList, isObject, isText, type JsonObject } from "../../domain/json-shapes.ts";

/** Content scripts that are run together, with their sources. */
export interface ScriptGroup extends ContentGroup {
  readonly isInPage: boolean;
  /** The group's files as one script; empty for style sheets alone. */
  readonly source: string;
}

/** An extension whose browser Berth plays. */
export class EmulatedExtension {
  /** Of the upload. */
  readonly id: string;
  /** As its code knows it; its worlds in pages are called so, too. */
  readonly name: string;
  readonly origin: string;
  readonly manifest: ExtensionManifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly groups: readonly ScriptGroup[];
  readonly permissions: readonly string[];
  readonly #language: () => string;

  /** @param language what the session shows, once that is known. */
  constructor({ id, manifest, files }: ExtensionPackage, language: () => string) {
    this.id = id;
    this.name = extensionName(id);
    this.origin = extensionOrigin(id);
    this.manifest = manifest;
    this.files = files;
    this.permissions = askedPermissions(manifest);
    this.#language = language;
    const { content_scripts: scripts } = manifest;
    this.groups = isList(scripts) ? scripts.filter(isObject).map((script) => this.#group(script)) : [];
  }

  /** What its code is told of it. */
  get config(): ExtensionConfig {
    const { name: id, origin, manifest } = this;
    const language = this.#language();
    return { id, origin, manifest, language, messages: messagesFor(this, language) };
  }

  /** Where its service worker is; `undefined` for an extension that has none. */
  get worker(): { readonly path: string; readonly isModule: boolean } | undefined {
    const { background } = this.manifest;
    if (!isObject(background) || !isText(background["service_worker"])) return undefined;
    return { path: packagePath(background["service_worker"]), isModule: background["type"] === "module" };
  }

  /** Whether it needs a tab of its own: what it stores is kept there, too. */
  get hasBackground(): boolean {
    return this.worker !== undefined || this.permissions.includes("storage");
  }

  /** Whether it has pages of its own, which are given its APIs wherever they are shown. */
  get hasPages(): boolean {
    return [...this.files.keys()].some((path) => /\.html?$/i.test(path));
  }

  /** @throws for a file that is not in the package, in Chrome's words. */
  text(path: string): string {
    const file = this.files.get(packagePath(path));
    if (file === undefined) throw new Error(`Could not load file: '${path}'.`);
    return new TextDecoder().decode(file);
  }

  /** Style sheets name the extension's files by its id, which Chrome's scheme goes before. */
  css(path: string): string {
    return this.text(path).replaceAll(/chrome-extension:\/\/__MSG_@@extension_id__/gi, this.origin);
  }

  #group(script: JsonObject): ScriptGroup {
    const texts = (key: string): readonly string[] => (areTexts(script[key]) ? script[key] : []);
    const { run_at: runAt, include_globs: globs } = script;
    return {
      matches: texts("matches"),
      excludeMatches: texts("exclude_matches"),
      includeGlobs: globs === undefined ? undefined : texts("include_globs"),
      excludeGlobs: texts("exclude_globs"),
      allFrames: script["all_frames"] === true,
      matchesBlank: script["match_about_blank"] === true,
      matchesByOrigin: script["match_origin_as_fallback"] === true,
      runAt: runAt === "document_start" || runAt === "document_end" ? runAt : "document_idle",
      css: texts("css").map((path) => ({ text: this.css(path), base: `${this.origin}/${packagePath(path)}` })),
      isInPage: script["world"] === "MAIN",
      source: texts("js")
        .map((path) => this.text(path))
        .join("\n;\n"),
    };
  }
}
