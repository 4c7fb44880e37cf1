import type { Failure } from "../../domain/failure.ts";
import type { NewProfile } from "../../domain/profile.ts";
import { fail, type Result, succeed } from "../../domain/result.ts";
import type { StorageState } from "../../domain/storage-state.ts";
import { parseStorageState } from "../storage-state-schema.ts";
import { fieldFailure, validate } from "../validation.ts";
import { fingerprintFailure, proxyFailure, toFingerprint, toProxy } from "./parse.ts";
import { CreateProfileRequest } from "./profile-schemas.ts";
import { canonicalSpelling } from "./spelling.ts";

/** A profile that is asked for, and what it is to begin with. */
export interface RequestedProfile {
  readonly profile: NewProfile;
  readonly sessionId: string | undefined;
  readonly state: StorageState | undefined;
}

/** Reads the body of `POST /v1/profiles`; `invalidRequest` naming the first wrong field in the caller's own spelling. */
export function parseCreateProfile(body: unknown): Result<RequestedProfile, Failure> {
  const canonical = canonicalSpelling(body === undefined ? {} : body);
  if (!canonical.ok) return canonical;
  const { spelling } = canonical.value;
  const validated = validate(CreateProfileRequest, canonical.value.body, { input: body, spelling });
  if (!validated.ok) return validated;
  const { name, description = null, tags = [], fingerprint, proxy, sessionId, storageState } = validated.value;
  const conflict = proxyFailure(proxy) ?? (fingerprint && fingerprintFailure(fingerprint, spelling));
  if (conflict !== undefined) return fail(conflict);
  const stateField = spelling.get("storageState") ?? "storageState";
  if (sessionId !== undefined && storageState !== undefined) {
    return fail(fieldFailure(stateField, `and ${spelling.get("sessionId") ?? "sessionId"} exclude each other`));
  }
  const state = storageState === undefined ? undefined : parseStorageState(storageState);
  if (state !== undefined && !state.ok) return state;
  const preferences = {
    fingerprint: fingerprint === undefined ? null : toFingerprint(fingerprint),
    proxy: proxy === undefined ? null : toProxy(proxy),
  };
  return succeed({
    profile: { name, description, tags: [...new Set(tags)], ...preferences },
    sessionId,
    state: state?.value,
  });
}
