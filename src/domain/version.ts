/** Berth's own version, as in package.json: what recordings, `GET /v1/status` and the OpenAPI documents say. */
export const BERTH_VERSION = "0.1.0";
