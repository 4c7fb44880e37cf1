-- The operator's gateways to exits: one row a vendor's gateway and type of exit.
CREATE TABLE proxy_pools (
  id            TEXT    NOT NULL PRIMARY KEY,
  name          TEXT    NOT NULL,
  type          TEXT    NOT NULL CHECK (type IN ('residential', 'datacenter', 'isp', 'mobile', 'gov')),
  protocol      TEXT    NOT NULL CHECK (protocol IN ('http', 'https', 'socks5')),
  host          TEXT    NOT NULL,
  port          INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
  -- Base64 of a nonce and the user name and password, encrypted under BERTH_SECRET; NULL: there are none.
  sealed        TEXT,
  -- JSON array of ISO 3166-1 alpha-2 codes, upper case; NULL: any.
  countries     TEXT             CHECK (countries IS NULL OR json_type(countries) = 'array'),
  has_regions   INTEGER NOT NULL CHECK (has_regions IN (0, 1)),
  has_cities    INTEGER NOT NULL CHECK (has_cities IN (0, 1)),
  -- 1: can keep one exit for a session. Told by the credentials, which are not readable here.
  sticky        INTEGER NOT NULL CHECK (sticky IN (0, 1)),
  -- Price of 10^9 bytes in millionths of a US dollar; NULL: not known.
  micros_per_gb INTEGER          CHECK (micros_per_gb >= 0),
  enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at    INTEGER NOT NULL,
  -- Chromium cannot authenticate to SOCKS5 proxies.
  CHECK (protocol <> 'socks5' OR sealed IS NULL)
) STRICT;

CREATE INDEX proxy_pools_by_type ON proxy_pools (type, created_at, id);

-- What went through the operator's proxies and what it cost (millionths of a US dollar), as they were added to
-- `usage_months`. NULL until the end, and for ends before these columns.
ALTER TABLE sessions ADD COLUMN proxy_bytes INTEGER CHECK (proxy_bytes >= 0);
ALTER TABLE sessions ADD COLUMN proxy_cost_micros INTEGER CHECK (proxy_cost_micros >= 0);
-- Of ended sessions, refunded ones too: the vendor has counted their bytes as well.
ALTER TABLE usage_months ADD COLUMN proxy_bytes INTEGER NOT NULL DEFAULT 0 CHECK (proxy_bytes >= 0);
ALTER TABLE usage_months ADD COLUMN proxy_cost_micros INTEGER NOT NULL DEFAULT 0 CHECK (proxy_cost_micros >= 0);

-- As before, with the columns that a month is added up from now.
DROP INDEX sessions_by_month;
CREATE INDEX sessions_by_month
  ON sessions (month, account_id, refunded, ended_at, browser_ms, proxy_bytes, proxy_cost_micros);
