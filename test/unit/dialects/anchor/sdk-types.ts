import type * as Sdk from "anchorbrowser/resources/sessions/sessions";
import type { AllStatusResponse as SdkAllStatusResponse } from "anchorbrowser/resources/sessions/all";
import type { SuccessResponse as SdkSuccessResponse } from "anchorbrowser/resources/shared";
import type { z } from "@hono/zod-openapi";
import type { SessionCreateRequest } from "../../../../src/dialects/anchor/create-schema.ts";
import type {
  AllStatusResponse,
  SessionCreateResponse,
  SessionRetrieveResponse,
  SuccessResponse,
} from "../../../../src/dialects/anchor/response-schemas.ts";

/** Compiles only while every answer is what the vendor's client library says it reads, and the reverse for requests. */
export const READABLE_BY_THE_SDK = {
  create: (ours: SessionCreateResponse): Sdk.SessionCreateResponse => ours,
  retrieve: (ours: SessionRetrieveResponse): Sdk.SessionRetrieveResponse => ours,
  allStatus: (ours: AllStatusResponse): SdkAllStatusResponse => ours,
  success: (ours: z.infer<typeof SuccessResponse>): SdkSuccessResponse => ours,
  request: (theirs: Sdk.SessionCreateParams): z.input<typeof SessionCreateRequest> => theirs,
};
