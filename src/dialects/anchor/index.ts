import type { Dialect } from "../dialect.ts";
import { createDialectApp } from "../operations.ts";
import { BERTH_VERSION } from "../../domain/version.ts";
import { renderFailure, renderFault } from "./failures.ts";
import { allSessionsPath, allStatusPath } from "./routes/all-sessions.ts";
import { controlPaths } from "./routes/control.ts";
import { downloadPaths } from "./routes/downloads.ts";
import { drivePaths } from "./routes/drive.ts";
import { eventPaths } from "./routes/events.ts";
import { extensionPaths } from "./routes/extensions.ts";
import { profileContentPaths } from "./routes/profile-content.ts";
import { profilePath, profilesPath } from "./routes/profiles.ts";
import { integrationPaths } from "./routes/integrations.ts";
import { pagesPath } from "./routes/pages.ts";
import { recordingPaths } from "./routes/recordings.ts";
import { sessionPath } from "./routes/session.ts";
import { sessionsPath } from "./routes/sessions.ts";
import { tagsPath } from "./routes/tags.ts";
import { uploadPaths } from "./routes/uploads.ts";
import { toolPaths } from "./routes/tools.ts";
import { tokenPath, tokensPath } from "./routes/tokens.ts";

const CREDENTIAL_HEADER = "anchor-api-key";
const SECURITY_SCHEME = "api_key_header";
const OWN_PATHS =
  /^\/v1\/(?:tools\/.+|events\/.+|(?:integrations|extensions)(?:\/.+)?)$|^\/v1\/sessions\/(?:all(?:\/status)?|[^/]+\/(?:goto|drag-and-drop|clipboard|copy|paste|agent\/files|mouse\/[^/]+|keyboard\/[^/]+|pages|recordings\/[^/]+\/fetch|tags|tokens(?:\/[^/]+)?))$/;

const app = createDialectApp(
  // `all` before the parameter that would take it for an id.
  [
    sessionsPath,
    allSessionsPath,
    allStatusPath,
    sessionPath,
    pagesPath,
    ...recordingPaths,
    ...downloadPaths,
    ...uploadPaths,
    ...controlPaths,
    ...drivePaths,
    ...toolPaths,
    ...eventPaths,
    tagsPath,
    tokensPath,
    tokenPath,
    profilesPath,
    profilePath,
    ...profileContentPaths,
    ...integrationPaths,
    ...extensionPaths,
  ],
  { renderFailure, renderFault },
);
app.openAPIRegistry.registerComponent("securitySchemes", SECURITY_SCHEME, {
  type: "apiKey",
  in: "header",
  name: CREDENTIAL_HEADER,
  description: "API key passed in the header.",
});

/** `anchor-api-key`, snake_case in a `data` envelope, minutes, integer error codes. */
export const anchor: Dialect = {
  name: "anchor",
  credential: (headers) => headers.get(CREDENTIAL_HEADER)?.trim(),
  owns: (path) => OWN_PATHS.test(path),
  app,
  openApiDocument: (serverUrl) =>
    app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Berth: Anchor Browser API",
        version: BERTH_VERSION,
        description: "Cloud browser sessions for any Chrome DevTools Protocol client, in Anchor Browser's words.",
      },
      servers: [{ url: serverUrl }],
      security: [{ [SECURITY_SCHEME]: [] }],
    }),
  renderFailure,
  renderFault,
};
