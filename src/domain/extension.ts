import type { AccountId } from "./ids.ts";

/** A `manifest.json` as it was uploaded: an object that passed the checks of the upload. */
export type ExtensionManifest = Readonly<Record<string, unknown>>;

/**
 * How an extension fares in a browser that loads none, where Berth plays the browser's part:
 *
 * - `full`: all that it does works there, too;
 * - `emulated`: it works, less what {@link ExtensionAnalysis.limits} names;
 * - `unsupported`: it needs an API that is not played, and runs only in browsers that load extensions.
 */
export type ExtensionSupport = "full" | "emulated" | "unsupported";

/** What an extension needs, as far as its files show. */
export interface ExtensionAnalysis {
  readonly support: ExtensionSupport;
  /** APIs and manifest keys that are not played, as they are written: `chrome.debugger.attach`, `side_panel`. */
  readonly unsupported: readonly string[];
  /** What is different from a browser that loads it, a sentence each. */
  readonly limits: readonly string[];
}

/** An uploaded extension. */
export interface Extension {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly manifest: ExtensionManifest;
  readonly analysis: ExtensionAnalysis;
  /** Of the files in it. */
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An extension with what is in it, as a session takes it into use. */
export interface ExtensionPackage {
  readonly id: string;
  readonly name: string;
  readonly manifest: ExtensionManifest;
  readonly analysis: ExtensionAnalysis;
  /** By their paths, with slashes and without a leading one. `manifest.json` is among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * How a session runs an extension:
 *
 * - `loaded`: its browser does, as Chrome would;
 * - `emulated`: Berth plays the browser's part.
 */
export const EXTENSION_RUNS = ["loaded", "emulated"] as const;
export type ExtensionRun = (typeof EXTENSION_RUNS)[number];

/** An extension that a session uses. */
export interface SessionExtension {
  readonly id: string;
  readonly name: string;
  readonly mode: ExtensionRun;
}

/** Where sessions find the extensions that they were asked to load. */
export interface ExtensionSource {
  /** @returns those of the ids that the account has, in that order. @throws when one cannot be read. */
  load(accountId: AccountId, ids: readonly string[]): Promise<readonly ExtensionPackage[]>;
}
