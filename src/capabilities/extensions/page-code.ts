import { LINK, type ContentGroup } from "../../domain/extension-link.ts";
import type { EmulatedExtension, ScriptGroup } from "./emulated-extension.ts";

/** What is to run in every document, and in which world; without one in the page's own. */
export interface PageCode {
  readonly source: string;
  readonly worldName?: string;
}

/** The kit in a scope of its own: no global object keeps it. */
const withKit = (kit: string, then: string): string =>
  `{const kit={};((globalThis)=>{${kit}\n})(kit);const {extensionKit}=kit;${then}}`;

/** A group's files see each other's names, as they would one after the other in a world. */
const asFunction = ({ source }: ScriptGroup): string => `function () {;\n${source}\n}`;

const described = ({ source: _source, isInPage: _isInPage, ...group }: ScriptGroup): ContentGroup => group;

export const linkExpression = `self[${JSON.stringify(LINK)}]`;

/** Scripts for every document of the session's, in the order in which they are to run. */
export function pageCode(extension: EmulatedExtension, kit: string): readonly PageCode[] {
  const { groups, name: worldName, origin } = extension;
  const apart = groups.filter(({ isInPage }) => !isInPage);
  const inPage = groups.filter(({ isInPage }) => isInPage);
  return [
    ...(apart.length > 0 ? [{ source: worldSource(extension, kit), worldName }] : []),
    ...apart.map((group, at) => ({ source: `${linkExpression}?.run(${at}, ${asFunction(group)});`, worldName })),
    ...inPage.map((group) => {
      const run = `extensionKit.runInPage(${JSON.stringify(described(group))}, ${asFunction(group)});`;
      return { source: withKit(kit, run) };
    }),
    ...(extension.hasPages
      ? [{ source: ifOwn(origin, withKit(kit, `extensionKit.openPage(${configOf(extension)});`)) }]
      : []),
  ];
}

/** Makes the extension's world in a document, where it is not there. */
export function worldSource(extension: EmulatedExtension, kit: string, isAsked = false): string {
  const groups = extension.groups.filter(({ isInPage }) => !isInPage).map(described);
  return withKit(kit, `extensionKit.openWorld(${configOf(extension)}, ${JSON.stringify(groups)}, ${isAsked});`);
}

/** Makes a document of the extension's own its background. */
export const backgroundSource = (extension: EmulatedExtension, kit: string): string =>
  ifOwn(extension.origin, withKit(kit, `extensionKit.openBackground(${configOf(extension)});`));

const ifOwn = (origin: string, source: string): string => `if(location.origin===${JSON.stringify(origin)})${source}`;

const configOf = ({ config }: EmulatedExtension): string => JSON.stringify(config);
