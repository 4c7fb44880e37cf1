-- What was recorded of sessions. The content is in R2, under `recordings/{session_id}/{type}/`.
CREATE TABLE recordings (
  id          TEXT    NOT NULL PRIMARY KEY,
  session_id  TEXT    NOT NULL,
  account_id  TEXT    NOT NULL REFERENCES accounts (id),
  type        TEXT    NOT NULL CHECK (type IN ('har', 'log', 'screenshots', 'video')),
  status      TEXT    NOT NULL CHECK (status IN ('processing', 'ready', 'failed')),
  detail      TEXT,
  -- Bytes; NULL while it is not whole.
  size        INTEGER          CHECK (size >= 0),
  started_at  INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  -- Nobody can read it any more; the row goes when its objects have gone.
  deleted_at  INTEGER,
  UNIQUE (session_id, type)
) STRICT;

CREATE INDEX recordings_by_expiry ON recordings (expires_at);
CREATE INDEX recordings_deleted ON recordings (deleted_at) WHERE deleted_at IS NOT NULL;
