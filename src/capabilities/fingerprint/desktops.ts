import type { DesktopPlatform, ScreenSize } from "../../domain/fingerprint.ts";
import type { Weighted } from "./seeded-draw.ts";
import table from "./table.json";

// How desktop Chrome is spread over machines: rows of numbers from table.json, which
// scripts/build-fingerprint-table.ts makes, as weighted values.

/** What an operating system says about itself in client hints. */
export interface SystemRelease {
  readonly platformVersion: string;
  readonly architecture: string;
  readonly bitness: string;
}

/** Screens of one pixel ratio, 1: no cheap override carries another one into every context. */
export function screensOf(platform: DesktopPlatform): readonly Weighted<ScreenSize>[] {
  return table[platform].screens.map(([width = 0, height = 0, availWidth = 0, availHeight = 0, weight = 0]) => ({
    value: { width, height, availWidth, availHeight, devicePixelRatio: 1 },
    weight,
  }));
}

/** Even numbers of logical cores from 4 to 16. */
export function coresOf(platform: DesktopPlatform): readonly Weighted<number>[] {
  return table[platform].cores.map(([value = 0, weight = 0]) => ({ value, weight }));
}

/** Versions and architectures that occur together. */
export function releasesOf(platform: DesktopPlatform): readonly Weighted<SystemRelease>[] {
  return table[platform].releases.map(([platformVersion, architecture, bitness, weight]) => ({
    value: { platformVersion: String(platformVersion), architecture: String(architecture), bitness: String(bitness) },
    weight: Number(weight),
  }));
}

/** The most frequent build of a major, where one is known. */
export function knownFullVersion(major: number): string | undefined {
  const versions: Readonly<Record<string, string>> = table.fullVersions;
  return versions[String(major)];
}
