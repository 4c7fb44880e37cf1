-- What browsers remember from one session to the next. The content itself is in R2, encrypted.
CREATE TABLE profiles (
  id           TEXT    NOT NULL PRIMARY KEY,
  account_id   TEXT    NOT NULL REFERENCES accounts (id),
  name         TEXT    NOT NULL,
  description  TEXT,
  -- JSON array of strings.
  tags         TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(tags) = 'array'),
  -- JSON objects: what sessions with the profile get when they say nothing of their own; NULL for nothing.
  fingerprint  TEXT             CHECK (fingerprint IS NULL OR json_type(fingerprint) = 'object'),
  proxy        TEXT             CHECK (proxy IS NULL OR json_type(proxy) = 'object'),
  -- Decides what is drawn for its fingerprints.
  seed         TEXT    NOT NULL,
  source       TEXT    NOT NULL CHECK (source IN ('session', 'import', 'empty')),
  session_id   TEXT,
  -- The version that sessions load; NULL: nothing was saved yet.
  head         TEXT,
  usage_count  INTEGER NOT NULL DEFAULT 0,
  last_used_at INTEGER,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  -- Nobody can read it any more; the row goes when its objects have gone.
  deleted_at   INTEGER
) STRICT;

-- A deleted profile's name is free.
CREATE UNIQUE INDEX profiles_by_name ON profiles (account_id, name) WHERE deleted_at IS NULL;
CREATE INDEX profiles_by_account ON profiles (account_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX profiles_deleted ON profiles (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE profile_versions (
  id              TEXT    NOT NULL PRIMARY KEY,
  profile_id      TEXT    NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  number          INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  session_id      TEXT,
  -- 1: it replaced a version that its session had not loaded.
  is_conflict     INTEGER NOT NULL CHECK (is_conflict IN (0, 1)),
  cookie_count    INTEGER NOT NULL CHECK (cookie_count >= 0),
  -- JSON array of origins.
  storage_origins TEXT    NOT NULL CHECK (json_type(storage_origins) = 'array'),
  -- UTF-16 code units.
  size            INTEGER NOT NULL CHECK (size >= 0),
  manifest_key    TEXT    NOT NULL,
  -- JSON array of R2 keys: all that the version needs, some of it shared with other versions.
  objects         TEXT    NOT NULL CHECK (json_type(objects) = 'array'),
  UNIQUE (profile_id, number)
) STRICT;

-- What a session has loaded: a version that a running one may still read is not removed.
ALTER TABLE sessions ADD COLUMN profile_id TEXT;
ALTER TABLE sessions ADD COLUMN profile_version TEXT;
CREATE INDEX sessions_by_profile ON sessions (profile_id, ended_at) WHERE profile_id IS NOT NULL;
