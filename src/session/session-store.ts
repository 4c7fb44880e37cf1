import type { TokenScope } from "../domain/session-view.ts";
import { LATER_FIELDS, type SessionRecord } from "./session-record.ts";

const RECORD_KEY = "session";
const TOKEN_PREFIX = "token:";

/**
 * The session's state in the Durable Object's SQLite: the single writer of it. Reads come from memory after
 * the first; writes are durable before anything leaves the object (the platform's output gate).
 */
export class SessionStore {
  readonly #storage: DurableObjectStorage;
  #record: SessionRecord | undefined;
  #loaded = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  read(): SessionRecord | undefined {
    if (!this.#loaded) {
      const stored = this.#storage.kv.get<SessionRecord>(RECORD_KEY);
      this.#record = stored && { ...LATER_FIELDS, ...stored };
      this.#loaded = true;
    }
    return this.#record;
  }

  create(record: SessionRecord): SessionRecord {
    return this.#save(record);
  }

  update(changes: Partial<SessionRecord>): SessionRecord {
    const record = this.read();
    if (!record) throw new Error("there is no session to update");
    return this.#save({ ...record, ...changes });
  }

  saveToken(hash: string, scope: TokenScope): void {
    this.#storage.kv.put(TOKEN_PREFIX + hash, scope);
  }

  tokenScope(hash: string): TokenScope | undefined {
    return this.#storage.kv.get<TokenScope>(TOKEN_PREFIX + hash);
  }

  /** Answers whether there was such a token. */
  deleteToken(hash: string): boolean {
    return this.#storage.kv.delete(TOKEN_PREFIX + hash);
  }

  /** Removes every trace, the alarm included: the session lives on in the index alone. */
  async clear(): Promise<void> {
    this.#record = undefined;
    this.#loaded = true;
    await this.#storage.deleteAlarm();
    await this.#storage.deleteAll();
  }

  #save(record: SessionRecord): SessionRecord {
    this.#storage.kv.put(RECORD_KEY, record);
    this.#record = record;
    this.#loaded = true;
    return record;
  }
}
