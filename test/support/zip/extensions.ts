import { makeZip, type ZipFile, zipOf } from "./make-zip.ts";

/** The least that Chrome loads. */
export const MANIFEST = { manifest_version: 3, name: "Greeter", version: "1.0" };

/** A package of a manifest, with these keys besides the least, and files. */
export const extensionZip = (manifest: object = {}, files: Readonly<Record<string, string>> = {}) =>
  zipOf({ "manifest.json": JSON.stringify({ ...MANIFEST, ...manifest }), ...files });

const valid: ZipFile = { path: "manifest.json", content: JSON.stringify(MANIFEST) };

/** An upload that is refused, and words of the reason. */
export interface Malformed {
  readonly what: string;
  readonly content: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly words: string;
}

/** Packages in which one thing is wrong, each another. */
export const MALFORMED: readonly Malformed[] = [
  {
    what: "no archive",
    content: () => Promise.resolve(new Uint8Array(new TextEncoder().encode("#!/bin/sh"))),
    words: "not a ZIP archive",
  },
  { what: "no manifest", content: () => zipOf({ "a.js": "" }), words: "manifest.json is missing" },
  {
    what: "a manifest that is no JSON",
    content: () => zipOf({ "manifest.json": "{name: 1}" }),
    words: "manifest.json: not valid JSON",
  },
  {
    what: "a manifest of Chrome's past",
    content: () => extensionZip({ manifest_version: 2 }),
    words: "manifest_version is 2, which Chrome no longer loads",
  },
  { what: "no version", content: () => extensionZip({ version: undefined }), words: "version is missing" },
  {
    what: "an odd version",
    content: () => extensionZip({ version: "1.0-beta" }),
    words: "version must be one to four integers",
  },
  { what: "an empty name", content: () => extensionZip({ name: " " }), words: "name must be a string" },
  {
    what: "a malformed match pattern",
    content: () => extensionZip({ content_scripts: [{ matches: ["example.com"], js: [] }] }),
    words: 'content_scripts[0].matches[0] is not a valid match pattern: "example.com"',
  },
  {
    what: "a content script that is not there",
    content: () => extensionZip({ content_scripts: [{ matches: ["<all_urls>"], js: ["a.js"] }] }),
    words: 'content_scripts[0].js[0] names a file that is not in the package: "a.js"',
  },
  {
    what: "a service worker that is not there",
    content: () => extensionZip({ background: { service_worker: "sw.js" } }),
    words: "background.service_worker names a file that is not in the package",
  },
  {
    what: "rules without what rules have",
    content: () =>
      extensionZip(
        { declarative_net_request: { rule_resources: [{ id: "r", enabled: true, path: "r.json" }] } },
        { "r.json": '[{ "id": 1, "action": { "type": "block" } }]' },
      ),
    words: "r.json has a rule, the one at 0",
  },
  {
    what: "a locale that is not there",
    content: () => extensionZip({ default_locale: "en" }),
    words: "default_locale is en, but _locales/en/messages.json is not in the package",
  },
  {
    what: "a path out of the package",
    content: () => makeZip([valid, { path: "../../a.js" }]),
    words: 'the path "../../a.js" leads out of the package',
  },
  {
    what: "a symbolic link",
    content: () => makeZip([valid, { path: "a.js", content: "/etc/passwd", mode: 0o120777 }]),
    words: '"a.js" is a symbolic link',
  },
];
