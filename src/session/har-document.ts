import type { RecordingJournal } from "./recording-journal.ts";
import { BERTH_VERSION } from "../domain/version.ts";

/** A HAR 1.2 document of what the journal holds, in pieces. */
export function* harDocument(journal: RecordingJournal, userAgent: string): Generator<string> {
  const [, version = ""] = /Chrome\/([\d.]+)/.exec(userAgent) ?? [];
  const creator = { name: "Berth", version: BERTH_VERSION };
  const head = JSON.stringify({ version: "1.2", creator, browser: { name: "Chromium", version } });
  yield `{"log":${head.slice(0, -1)},"pages":${JSON.stringify(journal.pages())},"entries":[`;
  yield* journal.entries();
  yield "\n]}}\n";
}

/** A line for every event. */
export function* logDocument(journal: RecordingJournal): Generator<string> {
  for (const event of journal.events()) yield `${event}\n`;
}
