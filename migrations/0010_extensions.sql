-- Uploaded extensions. What is in them is an object of the bucket: extensions/{account_id}/{id}.zip.
CREATE TABLE extensions (
  id         TEXT    NOT NULL PRIMARY KEY,
  account_id TEXT    NOT NULL REFERENCES accounts (id),
  name       TEXT    NOT NULL,
  -- As it was uploaded: JSON.
  manifest   TEXT    NOT NULL,
  -- What it needs, as far as its files show: JSON.
  analysis   TEXT    NOT NULL,
  -- Of the files in it.
  bytes      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX extensions_by_account ON extensions (account_id, created_at, id);
