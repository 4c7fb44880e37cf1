import type { Dialect } from "../dialect.ts";
import { createDialectApp } from "../operations.ts";
import { BERTH_VERSION } from "../../domain/version.ts";
import { renderFailure, renderFault } from "./failures.ts";
import { actionPaths } from "./routes/actions.ts";
import { cookiesPath, importCookiesPath } from "./routes/cookies.ts";
import { downloadPaths } from "./routes/downloads.ts";
import { drivePaths } from "./routes/drive.ts";
import { profileContentPaths } from "./routes/profile-content.ts";
import { profilePath, profilesPath } from "./routes/profiles.ts";
import { recordingPaths } from "./routes/recordings.ts";
import { accountPath } from "./routes/account.ts";
import { sessionPath } from "./routes/session.ts";
import { sessionsPath } from "./routes/sessions.ts";
import { uploadPath } from "./routes/uploads.ts";
import { statusPath, usagePath } from "./routes/usage.ts";

const SECURITY_SCHEME = "bearerAuth";
const OWN_PATHS =
  /^\/v1\/(?:auth\/me|billing\/usage|status|sessions\/[^/]+\/(?:navigate|execute|click|type|extract|wait|cookies(?:\/import)?|recordings\/screenshots\/[^/]+))$/;

const app = createDialectApp(
  [
    sessionsPath,
    sessionPath,
    cookiesPath,
    importCookiesPath,
    ...recordingPaths,
    ...downloadPaths,
    uploadPath,
    ...actionPaths,
    ...drivePaths,
    profilesPath,
    profilePath,
    ...profileContentPaths,
    accountPath,
    usagePath,
    statusPath,
  ],
  { renderFailure, renderFault },
);
app.openAPIRegistry.registerComponent("securitySchemes", SECURITY_SCHEME, {
  type: "http",
  scheme: "bearer",
  description: "An API key: `Authorization: Bearer mb_live_...`.",
});

/** The bearer token, empty when the scheme stands alone: such a caller still speaks Meshbrow. */
function credential(headers: Headers): string | undefined {
  const bearer = /^bearer(?:\s+(.*))?$/i.exec(headers.get("authorization")?.trim() ?? "");
  return bearer === null ? undefined : (bearer[1] ?? "");
}

/** `Authorization: Bearer …`, camelCase, bare bodies, seconds, string error codes. */
export const meshbrow: Dialect = {
  name: "meshbrow",
  credential,
  owns: (path) => OWN_PATHS.test(path),
  app,
  openApiDocument: (serverUrl) =>
    app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Berth: Meshbrow API",
        version: BERTH_VERSION,
        description: "Cloud browser sessions for any Chrome DevTools Protocol client, in Meshbrow's words.",
      },
      servers: [{ url: serverUrl }],
      security: [{ [SECURITY_SCHEME]: [] }],
    }),
  renderFailure,
  renderFault,
};
