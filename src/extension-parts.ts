import { createExtensionArchive } from "./accounts/extension-archive.ts";
import { createExtensionSource } from "./accounts/extension-source.ts";
import { createExtensionStore } from "./accounts/extension-store.ts";
import type { ExtensionSource } from "./domain/extension.ts";
import { ids, systemClock as clock } from "./platform.ts";
import { createExtensionService, type ExtensionService } from "./service/extension-service.ts";
import type { ExtensionDeps } from "./service/load-extensions.ts";
import { extensionModeOf } from "./settings.ts";

/** Where sessions find extensions. */
export const extensionsOf = ({ DB: database, ARTIFACTS: bucket }: Cloudflare.Env): ExtensionSource =>
  createExtensionSource({ database, bucket });

/** What creates ask of those that they name. One browser that all sessions share loads extensions for none of them. */
export const extensionsForCreates = (env: Cloudflare.Env, sharesBrowser: boolean): ExtensionDeps => ({
  extensions: createExtensionStore({ database: env.DB }),
  extensionsAreEmulated: sharesBrowser || extensionModeOf(env) === "emulated",
});

/** Extensions, for the dialects. */
export const extensionServiceOf = ({ DB: database, ARTIFACTS: bucket }: Cloudflare.Env): ExtensionService =>
  createExtensionService({
    extensions: createExtensionStore({ database }),
    archive: createExtensionArchive({ bucket }),
    clock,
    ids,
  });
