import { CdpCommandError } from "../../cdp/cdp-connection.ts";
import { StagedFiles, type StagingBrowser } from "../files/staged-files.ts";

/** The files of an extension, by their paths with slashes. */
export type PackageContent = ReadonlyMap<string, Uint8Array>;

/** What became of an extension that a browser was given. */
export type LoadOutcome = { readonly chromeId: string } | { readonly refused: string };

/** Chromium gives a download whose name begins with a dot another one. Nothing that runs is hidden so. */
const HIDDEN = /(^|\/)\./;
/** Names of files and folders that downloads keep as they are (measured with Chromium 156). */
const NAME = /^[\w!#$%&'()+,;=@[\]^`{}-]([\w !#$%&'()+,.;=@[\]^`{}~-]{0,198}[\w!#$%&'()+,;=@[\]^`{}-])?$/;

/** Each is a download of its own: more take longer than a create may. */
const MAX_FILES = 1000;

const isWritten = ([path]: readonly [string, unknown]): boolean => !HIDDEN.test(path);

/** Whether a browser's machine can be given these files, under these names. */
export function canBeLoaded(files: PackageContent): boolean {
  const written = [...files].filter(isWritten);
  return written.length <= MAX_FILES && written.every(([path]) => path.split("/").every((name) => NAME.test(name)));
}

/** The extensions that a browser has loaded itself. */
export class LoadedExtensions {
  readonly #browser: StagingBrowser;

  constructor(browser: StagingBrowser) {
    this.#browser = browser;
  }

  /** Whether it is a browser that knows extensions at all: a headless shell does not. */
  async areKnown(): Promise<boolean> {
    try {
      await this.ids();
      return true;
    } catch (error) {
      if (error instanceof CdpCommandError) return false;
      throw error;
    }
  }

  /** Those that it has, by what it calls them. */
  async ids(): Promise<ReadonlySet<string>> {
    const { extensions } = await this.#browser.connection.send("Extensions.getExtensions", undefined);
    return new Set(extensions.map(({ id }) => id));
  }

  /** @param folder on the browser's machine, for these files alone. */
  async load(files: PackageContent, folder: string): Promise<LoadOutcome> {
    await this.#write(files, folder);
    try {
      const { connection } = this.#browser;
      const { id } = await connection.send("Extensions.loadUnpacked", { path: folder, enableInIncognito: true });
      // A browser that was told to have no extensions answers as well.
      return (await this.ids()).has(id) ? { chromeId: id } : { refused: "it has no extensions" };
    } catch (error) {
      if (error instanceof CdpCommandError) return { refused: error.message.replaceAll(folder, "") };
      throw error;
    }
  }

  async unload(chromeId: string): Promise<void> {
    await this.#browser.connection.send("Extensions.uninstall", { id: chromeId });
  }

  async #write(files: PackageContent, folder: string): Promise<void> {
    const staged = await StagedFiles.open(this.#browser, folder);
    try {
      await staged.writeTree(new Map([...files].filter(isWritten)));
    } finally {
      staged.close();
    }
  }
}
