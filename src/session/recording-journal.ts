import type { HarEntry, HarPage, SocketMessage } from "../capabilities/recording/har/har-types.ts";
import type { Frame, FrameSegment, LogEvent, Screenshot } from "../domain/recording.ts";

/** What was recorded and is not written yet. */
interface Pending {
  entries: { readonly socketId: string | null; readonly entry: HarEntry }[];
  messages: { readonly socketId: string; readonly message: SocketMessage }[];
  pages: HarPage[];
  events: LogEvent[];
  frames: Frame[];
  screenshots: Screenshot[];
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS har_entries (id INTEGER PRIMARY KEY, socket TEXT UNIQUE, at REAL, json TEXT);
  CREATE INDEX IF NOT EXISTS har_entries_by_time ON har_entries (at, id);
  CREATE TABLE IF NOT EXISTS har_messages (id INTEGER PRIMARY KEY, socket TEXT, json TEXT);
  CREATE INDEX IF NOT EXISTS har_messages_by_socket ON har_messages (socket, id);
  CREATE TABLE IF NOT EXISTS har_pages (id TEXT PRIMARY KEY, json TEXT) ;
  CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, at INTEGER, json TEXT);
  CREATE TABLE IF NOT EXISTS frames (id INTEGER PRIMARY KEY, json TEXT);
  CREATE TABLE IF NOT EXISTS segments (id INTEGER PRIMARY KEY, json TEXT);
  CREATE TABLE IF NOT EXISTS screenshots (n INTEGER PRIMARY KEY, json TEXT);`;

const none = (): Pending => ({ entries: [], messages: [], pages: [], events: [], frames: [], screenshots: [] });

/** SQLite in a Durable Object takes rows of up to 2 MB. */
const MAX_ROW_UNITS = 600_000;
/** Of all entries of a session; beyond it they go without their bodies, which are most of it. */
const MOST_HAR_UNITS = 256_000_000;
/** Rows that are read at once. */
const BATCH = 50;

/**
 * What is recorded of a session, in its object's own database until the session ends. Writes are gathered: each one
 * holds back all that the object sends until it is safe.
 */
export class RecordingJournal {
  readonly #storage: DurableObjectStorage;
  #pending = none();
  #hasTables = false;
  #harUnits: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  get isEmpty(): boolean {
    return Object.values(this.#pending).every((rows: readonly unknown[]) => rows.length === 0);
  }

  entry(entry: HarEntry, socketId: string | null = null): void {
    this.#pending.entries.push({ socketId, entry });
  }

  message(socketId: string, message: SocketMessage): void {
    this.#pending.messages.push({ socketId, message });
  }

  page(page: HarPage): void {
    this.#pending.pages.push(page);
  }

  event(event: LogEvent): void {
    this.#pending.events.push(event);
  }

  frame(frame: Frame): void {
    this.#pending.frames.push(frame);
  }

  screenshot(screenshot: Screenshot): void {
    this.#pending.screenshots.push(screenshot);
  }

  /** Writes what is pending, in one go. */
  flush(): void {
    if (this.isEmpty) return;
    const pending = this.#pending;
    this.#pending = none();
    this.#storage.transactionSync(() => this.#write(pending));
  }

  #write({ entries, messages, pages, events, frames, screenshots }: Pending): void {
    for (const { socketId, entry } of entries) {
      const json = this.#bounded(entry);
      const at = Date.parse(entry.startedDateTime);
      this.#run(
        "INSERT INTO har_entries (socket, at, json) VALUES (?, ?, ?) ON CONFLICT (socket) DO UPDATE SET json = excluded.json",
        [socketId, at, json],
      );
    }
    for (const { socketId, json } of inRows(messages)) {
      this.#run("INSERT INTO har_messages (socket, json) VALUES (?, ?)", [socketId, json]);
    }
    for (const page of pages) {
      this.#run("INSERT OR REPLACE INTO har_pages (id, json) VALUES (?, ?)", [page.id, JSON.stringify(page)]);
    }
    for (const event of events) {
      this.#run("INSERT INTO events (at, json) VALUES (?, ?)", [event.at, JSON.stringify(event)]);
    }
    for (const frame of frames) this.#run("INSERT INTO frames (json) VALUES (?)", [JSON.stringify(frame)]);
    for (const shot of screenshots) {
      this.#run("INSERT OR REPLACE INTO screenshots (n, json) VALUES (?, ?)", [shot.n, JSON.stringify(shot)]);
    }
  }

  #bounded(entry: HarEntry): string {
    this.#harUnits ??= this.#rows("SELECT COALESCE(SUM(length(json)), 0) AS at FROM har_entries")[0]?.at ?? 0;
    const whole = JSON.stringify(entry);
    const fits = whole.length <= MAX_ROW_UNITS && this.#harUnits + whole.length <= MOST_HAR_UNITS;
    const json = fits ? whole : JSON.stringify(withoutBodies(entry));
    this.#harUnits += json.length;
    return json;
  }

  // What is read here only `#write` and `segmentKept` can have written.

  pages(): readonly HarPage[] {
    const pages = this.#rows("SELECT json FROM har_pages").map(({ json }) => JSON.parse(json) as HarPage);
    return pages.toSorted((a, b) => Date.parse(a.startedDateTime) - Date.parse(b.startedDateTime));
  }

  screenshots(): readonly Screenshot[] {
    return this.#rows("SELECT json FROM screenshots ORDER BY n").map(({ json }) => JSON.parse(json) as Screenshot);
  }

  segments(): readonly FrameSegment[] {
    return this.#rows("SELECT json FROM segments ORDER BY id").map(({ json }) => JSON.parse(json) as FrameSegment);
  }

  /** Characters of frames that are in no segment yet. */
  frameUnits(): number {
    return this.#rows("SELECT COALESCE(SUM(length(json)), 0) AS at FROM frames")[0]?.at ?? 0;
  }

  /** The frames that are in no segment yet, the oldest first, of `maxUnits` characters at most or the first alone. */
  frames(maxUnits: number): { readonly lines: readonly string[]; readonly lastId: number } {
    const lines: string[] = [];
    let units = 0;
    let lastId = 0;
    for (const { id, json } of this.#storage.sql.exec<Row>("SELECT id, json FROM frames ORDER BY id")) {
      if (lines.length > 0 && units + json.length > maxUnits) break;
      lines.push(json);
      units += json.length;
      lastId = id;
    }
    return { lines, lastId };
  }

  /** The frames up to this one are in a segment now. */
  segmentKept(segment: FrameSegment, lastId: number): void {
    this.#storage.transactionSync(() => {
      this.#run("INSERT INTO segments (json) VALUES (?)", [JSON.stringify(segment)]);
      this.#run("DELETE FROM frames WHERE id <= ?", [lastId]);
    });
  }

  /** The entries of a HAR in the order of time, as the elements of a JSON array; WebSockets with their messages. */
  *entries(): Generator<string> {
    let before = "\n";
    const from = "SELECT id, at, socket, json FROM har_entries WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?";
    for (const { socket, json } of this.#inTurn(from)) {
      yield before;
      before = ",\n";
      if (socket === null) {
        yield json;
        continue;
      }
      yield `${json.slice(0, -1)},"_webSocketMessages":[`;
      let separator = "";
      for (const message of this.#messages(socket)) {
        yield separator + message;
        separator = ",";
      }
      yield "]}";
    }
  }

  /** Log events in the order of time, as JSON. */
  *events(): Generator<string> {
    const from = "SELECT id, at, json FROM events WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?";
    for (const { json } of this.#inTurn(from)) yield json;
  }

  *#messages(socketId: string): Generator<string> {
    for (let after = 0; ;) {
      const rows = this.#rows("SELECT id, json FROM har_messages WHERE socket = ? AND id > ? ORDER BY id LIMIT ?", [
        socketId,
        after,
        BATCH,
      ]);
      for (const { json } of rows) yield json;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }

  /** Few rows at a time: while they are sent on, others may be written. */
  *#inTurn(query: string): Generator<Row> {
    for (let after: readonly [number, number] = [-1, -1]; ;) {
      const rows = this.#rows(query, [...after, BATCH]);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined) return;
      after = [last.at, last.id];
    }
  }

  #rows(query: string, values: readonly (string | number | null)[] = []): readonly Row[] {
    this.#ensureTables();
    return this.#storage.sql.exec<Row>(query, ...values).toArray();
  }

  #run(query: string, values: readonly (string | number | null)[]): void {
    this.#ensureTables();
    this.#storage.sql.exec(query, ...values);
  }

  #ensureTables(): void {
    if (this.#hasTables) return;
    this.#storage.sql.exec(TABLES);
    this.#hasTables = true;
  }
}

/** Messages of a socket that came together share a row. */
function inRows(messages: Pending["messages"]): readonly { readonly socketId: string; readonly json: string }[] {
  const rows: { socketId: string; json: string }[] = [];
  const last = new Map<string, { socketId: string; json: string }>();
  for (const { socketId, message } of messages) {
    const json = JSON.stringify(message);
    const row = last.get(socketId);
    if (row !== undefined && row.json.length + json.length < MAX_ROW_UNITS) {
      row.json += `,${json}`;
      continue;
    }
    const made = { socketId, json };
    last.set(socketId, made);
    rows.push(made);
  }
  return rows;
}

/** As far as a query asks for it. */
type Row = { readonly id: number; readonly at: number; readonly json: string; readonly socket: string | null };

function withoutBodies(entry: HarEntry): HarEntry {
  const { postData: _postData, ...request } = entry.request;
  const { text: _text, encoding: _encoding, ...content } = entry.response.content;
  const comment = "There was no room to record the bodies";
  return { ...entry, request, response: { ...entry.response, content }, comment };
}
