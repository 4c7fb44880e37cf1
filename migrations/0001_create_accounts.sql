-- Tiers. Rows are data: an operator edits them without a deployment.
CREATE TABLE plans (
  name                TEXT    NOT NULL PRIMARY KEY,
  monthly_sessions    INTEGER NOT NULL CHECK (monthly_sessions >= 0),
  -- Price of a session over the quota in millionths of a US dollar; NULL makes the quota hard.
  overage_micros      INTEGER          CHECK (overage_micros >= 0),
  concurrent_sessions INTEGER NOT NULL CHECK (concurrent_sessions >= 0),
  requests_per_minute INTEGER NOT NULL CHECK (requests_per_minute >= 1),
  -- NULL: no bound beyond the dialect's own.
  max_lifetime_ms     INTEGER          CHECK (max_lifetime_ms >= 1),
  -- JSON array of proxy types; `custom` is a caller's own proxy.
  proxy_types         TEXT    NOT NULL CHECK (json_type(proxy_types) = 'array')
) STRICT;

CREATE TABLE accounts (
  id         TEXT    NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL,
  plan       TEXT    NOT NULL REFERENCES plans (name),
  created_at INTEGER NOT NULL
) STRICT;

-- The key itself is never stored: its hash finds it, its prefix shows it.
CREATE TABLE api_keys (
  id           TEXT    NOT NULL PRIMARY KEY,
  account_id   TEXT    NOT NULL REFERENCES accounts (id),
  -- SHA-256 of the key, lower-case hex.
  key_hash     TEXT    NOT NULL UNIQUE CHECK (length(key_hash) = 64),
  prefix       TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at   INTEGER
) STRICT;

CREATE INDEX api_keys_by_account ON api_keys (account_id, created_at, id);
