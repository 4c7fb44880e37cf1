-- The index of sessions. A session's Durable Object owns its live state; a row is what lists show and the
-- slot that the session holds while `ended_at` is NULL.
CREATE TABLE sessions (
  id            TEXT    NOT NULL PRIMARY KEY,
  account_id    TEXT    NOT NULL REFERENCES accounts (id),
  api_key_id    TEXT    NOT NULL REFERENCES api_keys (id),
  dialect       TEXT    NOT NULL,
  status        TEXT    NOT NULL CHECK (status IN ('launching', 'ready', 'active', 'idle', 'destroyed', 'failed')),
  -- Orders status reports, which may arrive late: only a higher revision is taken.
  revision      INTEGER NOT NULL DEFAULT 0,
  end_reason    TEXT,
  created_at    INTEGER NOT NULL,
  -- NULL: no hard end.
  expires_at    INTEGER,
  ended_at      INTEGER,
  -- UTC month of the admission, `YYYY-MM`: the month whose quota and usage the session counts in.
  month         TEXT    NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
  -- 1: taken off the quota again, because the launch failed.
  refunded      INTEGER NOT NULL DEFAULT 0 CHECK (refunded IN (0, 1)),
  tags          TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(tags) = 'array'),
  proxy_type    TEXT,
  proxy_country TEXT,
  headless      INTEGER NOT NULL CHECK (headless IN (0, 1)),
  recording     INTEGER NOT NULL CHECK (recording IN (0, 1)),
  -- JSON of the session's last view, for describing it once its Durable Object has let go of it.
  final_view    TEXT             CHECK (final_view IS NULL OR json_valid(final_view)),
  CHECK ((ended_at IS NULL) = (status NOT IN ('destroyed', 'failed'))),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT;

CREATE INDEX sessions_by_account ON sessions (account_id, created_at, id);
-- Slots in use: small however many sessions have ended.
CREATE INDEX sessions_unended_by_account ON sessions (account_id, created_at, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_unended_by_age ON sessions (created_at, id) WHERE ended_at IS NULL;

-- Counters per account and UTC month, moved in the same transaction as the session rows they count, so that
-- a quota check reads one row.
CREATE TABLE usage_months (
  account_id TEXT    NOT NULL REFERENCES accounts (id),
  month      TEXT    NOT NULL,
  -- Admitted sessions, less refunds.
  sessions   INTEGER NOT NULL DEFAULT 0 CHECK (sessions >= 0),
  -- Browser time of ended sessions.
  browser_ms INTEGER NOT NULL DEFAULT 0 CHECK (browser_ms >= 0),
  PRIMARY KEY (account_id, month)
) STRICT, WITHOUT ROWID;
