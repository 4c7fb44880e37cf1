-- Files that sessions have downloaded. The content is in R2, under `downloads/{session_id}/{id}`.
CREATE TABLE downloads (
  id          TEXT    NOT NULL PRIMARY KEY,
  session_id  TEXT    NOT NULL,
  account_id  TEXT    NOT NULL REFERENCES accounts (id),
  status      TEXT    NOT NULL CHECK (status IN ('ready', 'failed')),
  -- Why it failed.
  detail      TEXT,
  url         TEXT    NOT NULL,
  -- Of the page that it was downloaded from.
  origin_url  TEXT    NOT NULL,
  file_name   TEXT    NOT NULL,
  -- Bytes; NULL when it failed.
  size        INTEGER          CHECK (size >= 0),
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX downloads_by_session ON downloads (session_id, created_at);
CREATE INDEX downloads_by_expiry ON downloads (expires_at);
