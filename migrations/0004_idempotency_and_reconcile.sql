-- Which session the first request with an `Idempotency-Key` became. Rows live for a day.
CREATE TABLE idempotency_keys (
  account_id   TEXT    NOT NULL REFERENCES accounts (id),
  -- SHA-256 of the key, lower-case hex: a key may mean something to whoever chose it.
  key_hash     TEXT    NOT NULL CHECK (length(key_hash) = 64),
  -- Not a reference: a claim is written before the session that it names.
  session_id   TEXT    NOT NULL,
  -- Tells a repeated request from another one with the same key.
  request_hash TEXT    NOT NULL CHECK (length(request_hash) = 64),
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (account_id, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- The engine's name for the session's browser; NULL until it is known, and for a session that never had one.
ALTER TABLE sessions ADD COLUMN browser_id TEXT;
-- Browser time as it was added to `usage_months`. NULL until the end, and for ends before this column.
ALTER TABLE sessions ADD COLUMN browser_ms INTEGER CHECK (browser_ms >= 0);

CREATE INDEX sessions_by_browser ON sessions (browser_id) WHERE browser_id IS NOT NULL;
-- Adds a month up without reading the rows themselves.
CREATE INDEX sessions_by_month ON sessions (month, account_id, refunded, ended_at, browser_ms);

-- JSON of the session's view at admission: what can be shown of a session whose object is lost. NULL once there
-- is a final view.
ALTER TABLE sessions ADD COLUMN admitted_view TEXT CHECK (admitted_view IS NULL OR json_valid(admitted_view));
