/**
 * How the Worker hands a client's request to a session's Durable Object. The object is reachable through the
 * Worker only, which builds this request anew: nothing that a client sends can set these headers.
 */
export const DOOR_HEADER = {
  /** A connect token, still to be checked. */
  token: "Berth-Token",
  /** The account of an API key that has been checked. */
  account: "Berth-Account",
  /** A file is uploaded by this account, whose request has been checked. */
  upload: "Berth-Upload",
  /** A download that is kept by the session's browser alone: its bearer has been let through. */
  download: "Berth-Download",
  /** The session's public address, `ws(s)://HOST/cdp/{id}`, for the URLs in answers. */
  base: "Berth-Base",
} as const;

/** Where viewers come in, and no CDP client does. */
export const LIVE_VIEW_PATH = "/live-view/socket";
