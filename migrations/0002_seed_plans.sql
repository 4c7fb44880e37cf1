INSERT INTO plans
  (name, monthly_sessions, overage_micros, concurrent_sessions, requests_per_minute, max_lifetime_ms, proxy_types)
VALUES
  ('free', 100, NULL, 2, 60, NULL, '["datacenter","custom"]'),
  ('pro', 5000, 20000, 10, 600, NULL, '["datacenter","isp","residential","custom"]'),
  ('scale', 50000, 10000, 50, 6000, NULL, '["residential","datacenter","isp","mobile","gov","custom"]');
