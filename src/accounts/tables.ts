import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { StoredDownload } from "../domain/download.ts";
import type { ExtensionAnalysis, ExtensionManifest } from "../domain/extension.ts";
import type { AccountId, ApiKeyId, ProfileId, ProfileVersionId, SessionId } from "../domain/ids.ts";
import type { ProfileSource } from "../domain/profile.ts";
import type { ProxyProtocol } from "../domain/proxy-pool.ts";
import type { DialectName, FingerprintSpec, PooledProxy, ProxyType } from "../domain/session-spec.ts";
import type { EndReason, SessionStatus } from "../domain/session-state.ts";
import type { RecordingStatus, RecordingType } from "../domain/recording.ts";
import type { SessionView } from "../domain/session-view.ts";
import type { Integration, SecretUse } from "../domain/secrets.ts";

/*
 * The tables of `migrations/` as Drizzle sees them. The SQL is the source: checks and partial indexes are
 * written there only, and a test compares the columns of both.
 */

export const plans = sqliteTable("plans", {
  name: text("name").primaryKey(),
  monthlySessions: integer("monthly_sessions").notNull(),
  overageMicros: integer("overage_micros"),
  concurrentSessions: integer("concurrent_sessions").notNull(),
  requestsPerMinute: integer("requests_per_minute").notNull(),
  maxLifetimeMs: integer("max_lifetime_ms"),
  proxyTypes: text("proxy_types", { mode: "json" }).$type<readonly string[]>().notNull(),
});

export const accounts = sqliteTable("accounts", {
  id: text("id").$type<AccountId>().primaryKey(),
  name: text("name").notNull(),
  plan: text("plan")
    .notNull()
    .references(() => plans.name),
  createdAt: integer("created_at").notNull(),
});

export const apiKeys = sqliteTable("api_keys", {
  id: text("id").$type<ApiKeyId>().primaryKey(),
  accountId: text("account_id")
    .$type<AccountId>()
    .notNull()
    .references(() => accounts.id),
  keyHash: text("key_hash").notNull().unique(),
  prefix: text("prefix").notNull(),
  name: text("name").notNull(),
  createdAt: integer("created_at").notNull(),
  lastUsedAt: integer("last_used_at"),
  revokedAt: integer("revoked_at"),
});

export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").$type<SessionId>().primaryKey(),
    accountId: text("account_id")
      .$type<AccountId>()
      .notNull()
      .references(() => accounts.id),
    apiKeyId: text("api_key_id")
      .$type<ApiKeyId>()
      .notNull()
      .references(() => apiKeys.id),
    dialect: text("dialect").$type<DialectName>().notNull(),
    status: text("status").$type<SessionStatus>().notNull(),
    revision: integer("revision").notNull().default(0),
    endReason: text("end_reason").$type<EndReason>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    endedAt: integer("ended_at"),
    month: text("month").notNull(),
    refunded: integer("refunded", { mode: "boolean" }).notNull().default(false),
    tags: text("tags", { mode: "json" }).$type<readonly string[]>().notNull(),
    proxyType: text("proxy_type"),
    proxyCountry: text("proxy_country"),
    headless: integer("headless", { mode: "boolean" }).notNull(),
    recording: integer("recording", { mode: "boolean" }).notNull(),
    finalView: text("final_view", { mode: "json" }).$type<SessionView>(),
    browserId: text("browser_id"),
    browserMs: integer("browser_ms"),
    admittedView: text("admitted_view", { mode: "json" }).$type<SessionView>(),
    proxyBytes: integer("proxy_bytes"),
    proxyCostMicros: integer("proxy_cost_micros"),
    profileId: text("profile_id").$type<ProfileId>(),
    profileVersion: text("profile_version").$type<ProfileVersionId>(),
  },
  (table) => [
    index("sessions_by_account").on(table.accountId, table.createdAt, table.id),
    index("sessions_by_month").on(
      table.month,
      table.accountId,
      table.refunded,
      table.endedAt,
      table.browserMs,
      table.proxyBytes,
      table.proxyCostMicros,
    ),
  ],
);

export const usageMonths = sqliteTable(
  "usage_months",
  {
    accountId: text("account_id")
      .$type<AccountId>()
      .notNull()
      .references(() => accounts.id),
    month: text("month").notNull(),
    sessions: integer("sessions").notNull().default(0),
    browserMs: integer("browser_ms").notNull().default(0),
    proxyBytes: integer("proxy_bytes").notNull().default(0),
    proxyCostMicros: integer("proxy_cost_micros").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.month] })],
);

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    accountId: text("account_id")
      .$type<AccountId>()
      .notNull()
      .references(() => accounts.id),
    keyHash: text("key_hash").notNull(),
    sessionId: text("session_id").$type<SessionId>().notNull(),
    requestHash: text("request_hash").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.keyHash] }),
    index("idempotency_keys_by_age").on(table.createdAt),
  ],
);

export const proxyPools = sqliteTable(
  "proxy_pools",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    type: text("type").$type<ProxyType>().notNull(),
    protocol: text("protocol").$type<ProxyProtocol>().notNull(),
    host: text("host").notNull(),
    port: integer("port").notNull(),
    sealed: text("sealed"),
    countries: text("countries", { mode: "json" }).$type<readonly string[]>(),
    hasRegions: integer("has_regions", { mode: "boolean" }).notNull(),
    hasCities: integer("has_cities", { mode: "boolean" }).notNull(),
    sticky: integer("sticky", { mode: "boolean" }).notNull(),
    microsPerGb: integer("micros_per_gb"),
    enabled: integer("enabled", { mode: "boolean" }).notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("proxy_pools_by_type").on(table.type, table.createdAt, table.id)],
);

export const profiles = sqliteTable(
  "profiles",
  {
    id: text("id").$type<ProfileId>().primaryKey(),
    accountId: text("account_id")
      .$type<AccountId>()
      .notNull()
      .references(() => accounts.id),
    name: text("name").notNull(),
    description: text("description"),
    tags: text("tags", { mode: "json" }).$type<readonly string[]>().notNull(),
    fingerprint: text("fingerprint", { mode: "json" }).$type<FingerprintSpec>(),
    proxy: text("proxy", { mode: "json" }).$type<PooledProxy>(),
    seed: text("seed").notNull(),
    source: text("source").$type<ProfileSource>().notNull(),
    sessionId: text("session_id").$type<SessionId>(),
    head: text("head").$type<ProfileVersionId>(),
    usageCount: integer("usage_count").notNull().default(0),
    lastUsedAt: integer("last_used_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [index("profiles_by_account").on(table.accountId, table.createdAt, table.id)],
);

export const profileVersions = sqliteTable("profile_versions", {
  id: text("id").$type<ProfileVersionId>().primaryKey(),
  profileId: text("profile_id")
    .$type<ProfileId>()
    .notNull()
    .references(() => profiles.id),
  number: integer("number").notNull(),
  createdAt: integer("created_at").notNull(),
  sessionId: text("session_id").$type<SessionId>(),
  isConflict: integer("is_conflict", { mode: "boolean" }).notNull(),
  cookieCount: integer("cookie_count").notNull(),
  storageOrigins: text("storage_origins", { mode: "json" }).$type<readonly string[]>().notNull(),
  size: integer("size").notNull(),
  manifestKey: text("manifest_key").notNull(),
  objects: text("objects", { mode: "json" }).$type<readonly string[]>().notNull(),
});

export const recordings = sqliteTable("recordings", {
  id: text("id").primaryKey(),
  sessionId: text("session_id").$type<SessionId>().notNull(),
  accountId: text("account_id")
    .$type<AccountId>()
    .notNull()
    .references(() => accounts.id),
  type: text("type").$type<RecordingType>().notNull(),
  status: text("status").$type<RecordingStatus>().notNull(),
  detail: text("detail"),
  size: integer("size"),
  startedAt: integer("started_at").notNull(),
  durationMs: integer("duration_ms").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  deletedAt: integer("deleted_at"),
});

export const downloads = sqliteTable("downloads", {
  id: text("id").primaryKey(),
  sessionId: text("session_id").$type<SessionId>().notNull(),
  accountId: text("account_id")
    .$type<AccountId>()
    .notNull()
    .references(() => accounts.id),
  status: text("status").$type<StoredDownload["status"]>().notNull(),
  detail: text("detail"),
  url: text("url").notNull(),
  originUrl: text("origin_url").notNull(),
  fileName: text("file_name").notNull(),
  size: integer("size"),
  durationMs: integer("duration_ms").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export const integrations = sqliteTable("integrations", {
  id: text("id").primaryKey(),
  accountId: text("account_id")
    .$type<AccountId>()
    .notNull()
    .references(() => accounts.id),
  name: text("name").notNull(),
  type: text("type").$type<Integration["type"]>().notNull(),
  kind: text("kind").$type<Integration["kind"]>().notNull(),
  sealed: text("sealed").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const secretUses = sqliteTable("secret_uses", {
  id: text("id").primaryKey(),
  accountId: text("account_id")
    .$type<AccountId>()
    .notNull()
    .references(() => accounts.id),
  sessionId: text("session_id").notNull(),
  integrationId: text("integration_id"),
  reference: text("reference").notNull(),
  host: text("host").notNull(),
  outcome: text("outcome").$type<SecretUse["outcome"]>().notNull(),
  at: integer("at").notNull(),
});

export const extensions = sqliteTable("extensions", {
  id: text("id").primaryKey(),
  accountId: text("account_id")
    .$type<AccountId>()
    .notNull()
    .references(() => accounts.id),
  name: text("name").notNull(),
  manifest: text("manifest", { mode: "json" }).$type<ExtensionManifest>().notNull(),
  analysis: text("analysis", { mode: "json" }).$type<ExtensionAnalysis>().notNull(),
  bytes: integer("bytes").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});
