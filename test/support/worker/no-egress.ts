import type { SessionDeps } from "../../../src/session/session-deps.ts";
import { KnownExtensionSupport } from "../../../src/session/known-extension-support.ts";
import { Blocklists } from "../../../src/session/blocklists.ts";

/** What a create brings for a session without a proxy and without a profile. */
export const NO_EGRESS = {
  pools: [],
  exitCheckUrl: "https://berth.invalid/ip",
  profile: null,
  origin: "https://berth.invalid",
};

export const NO_POOLS: SessionDeps["proxyPools"] = {
  find: () => Promise.resolve(undefined),
  unseal: () => Promise.reject(new Error("there are no pools")),
};

const noProfiles = (): never => {
  throw new Error("there are no profiles");
};

export const NO_PROFILES: SessionDeps["profiles"] = {
  vault: {
    readManifest: noProfiles,
    read: noProfiles,
    stage: noProfiles,
    remove: noProfiles,
    removeAll: noProfiles,
  },
  versions: { commit: noProfiles },
};

const noRecordings = (): never => {
  throw new Error("nothing is recorded");
};

export const NO_RECORDINGS: SessionDeps["recordings"] = {
  archive: { put: noRecordings, putPieces: noRecordings },
  store: { save: noRecordings },
  redactedHeaders: new Set(),
  maxBodyBytes: 0,
  retentionMs: 0,
};

export const NO_DOWNLOADS: SessionDeps["downloads"] = {
  archive: { upload: noRecordings },
  store: { save: noRecordings },
  links: { sign: noRecordings },
  maxBytes: 0,
  retentionMs: 0,
};

/** Of a deployment that has none. */
export const NO_BLOCKLISTS = new Blocklists(() => Promise.reject(new Error("there are no lists")));

const noSecrets = (): never => {
  throw new Error("there are no secrets");
};

export const NO_SECRETS: SessionDeps["secrets"] = {
  credentials: noSecrets,
  provider: noSecrets,
  uses: { add: noSecrets, correct: noSecrets },
};

/** No account has any. */
export const NO_EXTENSIONS: Pick<SessionDeps, "extensions" | "extensionsAreEmulated" | "knownExtensionSupport"> = {
  extensions: { load: () => Promise.resolve([]) },
  extensionsAreEmulated: false,
  knownExtensionSupport: new KnownExtensionSupport(),
};
