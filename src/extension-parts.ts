import { createExtensionArchive } from "./accounts/extension-archive.ts";
import { createExtensionSource } from "./accounts/extension-source.ts";
import { createExtensionStore } from "./accounts/extension-store.ts";
import { ids, systemClock as clock } from "./platform.ts";
import { createExtensionService, type ExtensionService } from "./service/extension-service.ts";
import type { ExtensionDeps } from "./service/load-extensions.ts";
import { KnownExtensionSupport } from "./session/known-extension-support.ts";
import type { SessionDeps } from "./session/session-deps.ts";
import { extensionModeOf } from "./settings.ts";

const knownExtensionSupport = new KnownExtensionSupport();

/** One browser that all sessions share loads extensions for none of them. */
const areEmulated = (env: Cloudflare.Env, sharesBrowser: boolean): boolean =>
  sharesBrowser || extensionModeOf(env) === "emulated";

/** Where sessions find extensions, and how they take them into use. */
export const extensionsOf = (
  env: Cloudflare.Env,
  sharesBrowser: boolean,
): Pick<SessionDeps, "extensions" | "extensionsAreEmulated" | "knownExtensionSupport"> => ({
  extensions: createExtensionSource({ database: env.DB, bucket: env.ARTIFACTS }),
  extensionsAreEmulated: areEmulated(env, sharesBrowser),
  knownExtensionSupport,
});

/** What creates ask of those that they name. */
export const extensionsForCreates = (env: Cloudflare.Env, sharesBrowser: boolean): ExtensionDeps => ({
  extensions: createExtensionStore({ database: env.DB }),
  extensionsAreEmulated: areEmulated(env, sharesBrowser),
});

/** Extensions, for the dialects. */
export const extensionServiceOf = ({ DB: database, ARTIFACTS: bucket }: Cloudflare.Env): ExtensionService =>
  createExtensionService({
    extensions: createExtensionStore({ database }),
    archive: createExtensionArchive({ bucket }),
    clock,
    ids,
  });
