import type { RecordingType } from "../domain/recording.ts";
import type { RecordingLink } from "../service/recording-links.ts";

/**
 * The one place where addresses with a credential in them are built. All are on the origin that the request
 * came to, so that they work behind any host name that reaches the deployment.
 */
export interface ConnectTarget {
  /** Origin of the request: `https://HOST`. */
  readonly origin: string;
  readonly sessionId: string;
  /** A connect token of the session. */
  readonly token: string;
}

/** `https` becomes `wss`, `http` becomes `ws`. */
const socketOrigin = (origin: string): string => origin.replace(/^http/, "ws");

/** `wss://HOST/cdp/{id}?token=…`: Meshbrow's form. */
export const meshbrowCdpUrl = ({ origin, sessionId, token }: ConnectTarget): string =>
  `${socketOrigin(origin)}/cdp/${sessionId}?token=${encodeURIComponent(token)}`;

/** `wss://HOST/?token=…&sessionId={id}`: Anchor's form, whose clients rebuild the URL from its query. */
export const anchorCdpUrl = ({ origin, sessionId, token }: ConnectTarget): string =>
  `${socketOrigin(origin)}/?token=${encodeURIComponent(token)}&sessionId=${encodeURIComponent(sessionId)}`;

/** `https://HOST/live/{id}?token=…`, optionally on one page of the session. */
export function liveViewUrl({ origin, sessionId, token }: ConnectTarget, pageId?: string): string {
  const url = `${origin}/live/${sessionId}?token=${encodeURIComponent(token)}`;
  return pageId === undefined ? url : `${url}&page=${encodeURIComponent(pageId)}`;
}

/** What lets its bearer see what was recorded of a session. */
export interface RecordingTarget {
  readonly origin: string;
  readonly sessionId: string;
  readonly link: RecordingLink;
}

/** `https://HOST/downloads/{id}/{download}?expires=…&signature=…`: a file that the session has downloaded. */
export function downloadUrl({ origin, sessionId, link }: RecordingTarget, downloadId: string): string {
  const query = `expires=${link.expires}&signature=${link.signature}`;
  return `${origin}/downloads/${sessionId}/${encodeURIComponent(downloadId)}?${query}`;
}

/** `https://HOST/recordings/{id}?expires=…&signature=…`: the player; with a type, that recording itself. */
export function recordingUrl({ origin, sessionId, link }: RecordingTarget, type?: RecordingType): string {
  const path = type === undefined ? sessionId : `${sessionId}/${type}`;
  return `${origin}/recordings/${path}?expires=${link.expires}&signature=${link.signature}`;
}
