import type { Failure } from "../../domain/failure.ts";
import { fieldFailure } from "../validation.ts";
import type { SessionCreateRequest } from "./create-schema.ts";

/** The first newer field that asks for a behaviour which Berth does not have, as a refusal. */
export function refusedNewerField({ session, browser, identities }: SessionCreateRequest): Failure | undefined {
  const asked: readonly (readonly [boolean, string])[] = [
    [session?.live_view?.one_time_url === true, "session.live_view.one_time_url"],
    [session?.scoped_access?.active === true, "session.scoped_access.active"],
    [browser?.web_bot_auth?.active === true, "browser.web_bot_auth.active"],
    [browser?.sensitive_data_mask?.active === true, "browser.sensitive_data_mask.active"],
    [browser?.tracing?.snapshots === true, "browser.tracing.snapshots"],
    [identities !== undefined && identities.length > 0, "identities"],
  ];
  const field = asked.find(([isAsked]) => isAsked)?.[1];
  return field === undefined ? undefined : fieldFailure(field, "is not supported by this deployment");
}
