/** A file that a session has downloaded. Times are epoch milliseconds. */
export interface StoredDownload {
  readonly id: string;
  readonly status: "ready" | "failed";
  /** Why it failed. */
  readonly detail: string | null;
  /** Where it came from. */
  readonly url: string;
  /** Of the page that it was downloaded from. */
  readonly originUrl: string;
  /** As the site suggests it. */
  readonly fileName: string;
  /** Bytes; `null` when it failed. */
  readonly size: number | null;
  readonly durationMs: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}
