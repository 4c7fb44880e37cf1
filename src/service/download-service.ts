import { type DownloadStore, downloadKey } from "../accounts/download-store.ts";
import type { Fetched, RecordingArchive } from "../accounts/recording-archive.ts";
import type { StoredDownload } from "../domain/download.ts";
import type { Failure } from "../domain/failure.ts";
import { parseSessionId, type SessionId } from "../domain/ids.ts";
import type { Principal } from "../domain/plan.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import type { OwnedSession } from "../session/session-object.ts";
import type { RecordingLink, RecordingLinks } from "./recording-links.ts";

/** A file, as it is sent. */
export interface DownloadContent {
  readonly fetched: Exclude<Fetched, { readonly kind: "missing" } | { readonly kind: "unsatisfiable" }>;
  readonly fileName: string;
}

export interface DownloadSet {
  readonly sessionId: SessionId;
  readonly downloads: readonly StoredDownload[];
  /** Lets its bearer fetch any of them, for an hour. */
  readonly link: RecordingLink;
}

/** What sessions have downloaded, for both dialects and for the bearers of links. */
export interface DownloadService {
  /** Of a session that runs, or has ended. The oldest first. */
  list(principal: Principal, sessionId: string): Promise<Result<DownloadSet, Failure>>;
  /** @param headers of the request: its range and its conditions. */
  fetch(principal: Principal, wanted: WantedDownload): Promise<Result<DownloadContent, Failure>>;
  /** `null` for a file that is kept nowhere: the session itself may have it. */
  fetchByLink(link: RecordingLink, wanted: WantedDownload): Promise<Result<DownloadContent | null, Failure>>;
}

export interface WantedDownload {
  readonly sessionId: string;
  readonly id: string;
  readonly headers: Headers;
}

export interface DownloadServiceDeps {
  readonly store: DownloadStore;
  readonly archive: Pick<RecordingArchive, "fetch">;
  readonly links: RecordingLinks;
  readonly describe: (principal: Principal, sessionId: string) => Promise<Result<OwnedSession, Failure>>;
}

const LINK_LIFETIME_MS = 3_600_000;

export function createDownloadService(deps: DownloadServiceDeps): DownloadService {
  const { store, links, describe } = deps;

  async function list(principal: Principal, text: string): Promise<Result<DownloadSet, Failure>> {
    const sessionId = parseSessionId(text);
    if (sessionId === undefined) return fail({ kind: "sessionNotFound", sessionId: text });
    const downloads = await store.list({ sessionId, accountId: principal.accountId });
    if (downloads.length === 0) {
      const described = await describe(principal, text);
      if (!described.ok) return described;
    }
    return succeed({ sessionId, downloads, link: await links.sign(sessionId, LINK_LIFETIME_MS) });
  }

  return {
    list,
    async fetch(principal, wanted) {
      const listed = await list(principal, wanted.sessionId);
      if (!listed.ok) return listed;
      const found = listed.value.downloads.find(({ id }) => id === wanted.id);
      return found === undefined ? missing(wanted) : contentOf(deps, listed.value.sessionId, { found, wanted });
    },
    async fetchByLink(link, wanted) {
      const sessionId = parseSessionId(wanted.sessionId);
      const verdict = sessionId === undefined ? "invalid" : await links.check(sessionId, link);
      if (sessionId === undefined || verdict !== "valid") {
        return fail({ kind: "linkRefused", isExpired: verdict === "expired" });
      }
      const found = await store.find(sessionId, wanted.id);
      return found === undefined ? succeed(null) : contentOf(deps, sessionId, { found, wanted });
    },
  };
}

const missing = ({ id }: WantedDownload): Result<never, Failure> => fail({ kind: "notFound", what: "Download", id });

async function contentOf(
  { archive }: DownloadServiceDeps,
  sessionId: SessionId,
  { found, wanted }: { readonly found: StoredDownload; readonly wanted: WantedDownload },
): Promise<Result<DownloadContent, Failure>> {
  if (found.status === "failed") {
    return fail({ kind: "pageFailed", message: `the download failed: ${found.detail ?? "it could not be kept"}` });
  }
  const fetched = await archive.fetch(downloadKey(sessionId, found.id), wanted.headers);
  if (fetched.kind === "missing") return missing(wanted);
  if (fetched.kind === "unsatisfiable") return fail({ kind: "rangeNotSatisfiable", sizeBytes: fetched.size });
  return succeed({ fetched, fileName: found.fileName });
}
