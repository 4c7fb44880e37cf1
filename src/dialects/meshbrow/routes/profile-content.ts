import { createProfileContentPaths } from "../../profile-content-paths.ts";
import { errorResponses } from "../error-responses.ts";
import { Profile, ProfilePath, ProfileVersionList } from "../profile-schemas.ts";
import { renderProfile, renderVersion } from "../render-profile.ts";
import { inFormOf, profileIn } from "./profiles.ts";

export const profileContentPaths = createProfileContentPaths({
  path: "/v1/profiles/{id}",
  params: ProfilePath,
  referenceIn: profileIn,
  renderProfile: (context, profile) => inFormOf(context, renderProfile(profile)),
  renderVersions: (context, versions) => inFormOf(context, { items: versions.map(renderVersion) }),
  profileSchema: Profile,
  versionsSchema: ProfileVersionList,
  errorResponses,
});
