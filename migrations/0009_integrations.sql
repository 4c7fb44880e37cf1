-- Secret stores that accounts have told of. What they take is encrypted with a key derived from BERTH_SECRET.
CREATE TABLE integrations (
  id         TEXT    NOT NULL PRIMARY KEY,
  account_id TEXT    NOT NULL REFERENCES accounts (id),
  name       TEXT    NOT NULL,
  type       TEXT    NOT NULL CHECK (type IN ('1PASSWORD')),
  kind       TEXT    NOT NULL CHECK (kind IN ('connect', 'serviceAccount')),
  sealed     TEXT    NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX integrations_by_account ON integrations (account_id, created_at);

-- Every use of a secret, and every attempt at one. No values.
CREATE TABLE secret_uses (
  id             TEXT    NOT NULL PRIMARY KEY,
  account_id     TEXT    NOT NULL REFERENCES accounts (id),
  session_id     TEXT    NOT NULL,
  -- NULL where no integration of the session may use the reference. Stays when the integration goes.
  integration_id TEXT,
  reference      TEXT    NOT NULL,
  host           TEXT    NOT NULL,
  outcome        TEXT    NOT NULL,
  at             INTEGER NOT NULL
) STRICT;

CREATE INDEX secret_uses_by_session ON secret_uses (session_id, at);
CREATE INDEX secret_uses_by_integration ON secret_uses (integration_id, at);
