import type { Clock } from "../domain/clock.ts";
import type { EventHub } from "../domain/events.ts";
import type { Principal } from "../domain/plan.ts";
import type { DownloadService } from "../service/download-service.ts";
import type { ExtensionService } from "../service/extension-service.ts";
import type { IntegrationService } from "../service/integration-service.ts";
import type { ProfileService } from "../service/profile-service.ts";
import type { RecordingService } from "../service/recording-service.ts";
import type { SessionService } from "../service/session-service.ts";
import type { UsageService } from "../service/usage-service.ts";

/** What a route handler finds in `c.var`; set by `http/app.ts` before a dialect's routes run. */
export interface HttpVariables {
  readonly requestId: string;
  /** For the duration of a session that still runs; everything else has its times in the view. */
  readonly clock: Clock;
  readonly principal: Principal;
  readonly sessions: SessionService;
  readonly profiles: ProfileService;
  readonly recordings: RecordingService;
  readonly downloads: DownloadService;
  readonly integrations: IntegrationService;
  readonly extensions: ExtensionService;
  readonly usage: UsageService;
  /** Of the caller's account. */
  readonly events: EventHub;
}

/** The Hono environment of dialects. They see no bindings. */
export interface HttpEnv {
  Variables: HttpVariables;
}
