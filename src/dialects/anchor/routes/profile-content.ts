import { createProfileContentPaths } from "../../profile-content-paths.ts";
import { errorResponses } from "../error-responses.ts";
import { ProfilePath, ProfileResponse, VersionListResponse } from "../profile-schemas.ts";
import { renderProfile, renderVersion } from "../render-profile.ts";
import { profileIn } from "./profiles.ts";

export const profileContentPaths = createProfileContentPaths({
  path: "/v1/profiles/{name}",
  params: ProfilePath,
  referenceIn: profileIn,
  renderProfile: (_context, profile) => ({ data: renderProfile(profile) }),
  renderVersions: (_context, versions) => ({ data: { count: versions.length, items: versions.map(renderVersion) } }),
  profileSchema: ProfileResponse,
  versionsSchema: VersionListResponse,
  errorResponses,
});
