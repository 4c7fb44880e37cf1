import { SessionDownloads } from "../../../src/session/session-downloads.ts";
import { nobody } from "./nobody.ts";
import { KnownProxySupport } from "../../../src/session/known-proxy-support.ts";
import {
  NO_BLOCKLISTS,
  NO_DOWNLOADS,
  NO_EGRESS,
  NO_POOLS,
  NO_PROFILES,
  NO_RECORDINGS,
  NO_EXTENSIONS,
  NO_SECRETS,
} from "./no-egress.ts";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createSessionIndex, type SessionIndex } from "../../../src/accounts/session-index.ts";
import { createUsageLedger } from "../../../src/accounts/usage-ledger.ts";
import { newMeshbrowSessionId } from "../../../src/domain/ids.ts";
import type { FeatureName, SessionSpec } from "../../../src/domain/session-spec.ts";
import { createLogger } from "../../../src/observability/logger.ts";
import { ConnectTokens } from "../../../src/session/connect-tokens.ts";
import { Deadlines } from "../../../src/session/deadlines.ts";
import { Downstreams } from "../../../src/session/downstreams.ts";
import { KnownFingerprints } from "../../../src/session/known-fingerprints.ts";
import { KnownHosts } from "../../../src/session/known-hosts.ts";
import { SessionController } from "../../../src/session/session-controller.ts";
import type { CreateSession } from "../../../src/session/session-object.ts";
import { RecordingJournal } from "../../../src/session/recording-journal.ts";
import { SessionRecording } from "../../../src/session/session-recording.ts";
import { SecretMask } from "../../../src/capabilities/secrets/secret-mask.ts";
import { SessionSecrets } from "../../../src/session/session-secrets.ts";
import { SessionProfile } from "../../../src/session/session-profile.ts";
import { SessionStore } from "../../../src/session/session-store.ts";
import { DEFAULT_TIMING } from "../../../src/session/timing.ts";
import { anAdmission, createTenant, cryptoIds } from "../../unit/accounts/tenant.ts";
import { PLAIN_SPEC } from "../../unit/service/requests.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeEngine } from "./fake-engine.ts";

const SECRET = "a secret of the test, long enough";

/** An admitted session: the real index, a real Durable Object's storage, an engine and a clock of the test's own. */
export interface IndexedSession {
  readonly index: SessionIndex;
  readonly controller: SessionController;
  readonly store: SessionStore;
  readonly storage: DurableObjectStorage;
  readonly engine: FakeEngine;
  readonly clock: FakeClock;
  readonly command: CreateSession;
  /** How often the object has reported its end to the index, in vain or not. */
  readonly endReports: () => number;
  /** What the index does with an end that is reported, in the place of recording it. */
  onEnd(handle: (record: () => Promise<boolean>) => Promise<boolean>): void;
  /** A controller on the same storage, as a new instance would have it: memory is lost. */
  reincarnate(): SessionController;
  /** Waits for work that the session started on its own. */
  settled(): Promise<void>;
  counted(): Promise<{ readonly sessions: number; readonly browserMs: number; readonly active: number }>;
}

export async function withIndexedSession(
  run: (session: IndexedSession) => Promise<void>,
  spec: Partial<SessionSpec> = {},
): Promise<void> {
  const clock = new FakeClock();
  const index = createSessionIndex({ database: env.DB });
  const { principal } = await createTenant({ concurrentSessions: 5 }, clock);
  const { accountId } = principal;
  const id = newMeshbrowSessionId(cryptoIds);
  await index.admit(principal, anAdmission(clock, { id }));
  await runInDurableObject(env.SESSIONS.getByName(id), async (_instance, { storage }) => {
    const engine = new FakeEngine();
    const work: Promise<void>[] = [];
    let endReports = 0;
    let handleEnd = (record: () => Promise<boolean>) => record();
    const reports = {
      recordStatus: index.recordStatus,
      recordEnd: (end: Parameters<SessionIndex["recordEnd"]>[0]) => {
        endReports += 1;
        return handleEnd(() => index.recordEnd(end));
      },
    };
    const incarnate = (store: SessionStore) => {
      const deps = {
        engine,
        reports,
        clock,
        ids: cryptoIds,
        logger: createLogger({ sink: () => undefined }),
        timing: { ...DEFAULT_TIMING, reachWaitsMs: [1] },
        analytics: { sessionEnded: () => undefined },
        knownHosts: new KnownHosts(),
        knownFingerprints: new KnownFingerprints(),
        knownProxySupport: new KnownProxySupport(),
        proxyPools: NO_POOLS,
        profiles: NO_PROFILES,
        recordings: NO_RECORDINGS,
        downloads: NO_DOWNLOADS,
        markdownScript: () => Promise.resolve(""),
        extensionScript: () => Promise.resolve(""),
        tokenSecret: SECRET,
        maxClients: 4,
        blocklists: NO_BLOCKLISTS,
        secrets: NO_SECRETS,
        ...NO_EXTENSIONS,
        captchaSolver: undefined,
        protocol: () => Promise.resolve(Response.json({})),
        availableFeatures: new Set<FeatureName>(),
      };
      return new SessionController({
        deps,
        store,
        deadlines: new Deadlines(storage),
        downstreams: new Downstreams(() => undefined),
        tokens: new ConnectTokens({ secret: SECRET, store }),
        profile: new SessionProfile({ deps, store }),
        recording: new SessionRecording({
          deps,
          store,
          journal: new RecordingJournal(storage),
          mask: new SecretMask(),
          background: (promise) => work.push(promise),
        }),
        people: nobody(clock),
        secrets: new SessionSecrets({ deps, store }),
        downloads: new SessionDownloads({
          id,
          deps,
          store,
          background: (promise) => work.push(promise),
          onStored: () => undefined,
        }),
        background: (promise) => work.push(promise),
      });
    };
    const store = new SessionStore(storage);
    await run({
      index,
      controller: incarnate(store),
      store,
      storage,
      engine,
      clock,
      command: { id, accountId, spec: { ...PLAIN_SPEC, ...spec }, asked: [], createdAt: clock.now(), ...NO_EGRESS },
      endReports: () => endReports,
      onEnd: (handle) => {
        handleEnd = handle;
      },
      reincarnate: () => incarnate(new SessionStore(storage)),
      settled: async () => {
        while (work.length > 0) await work.shift();
      },
      counted: async () => {
        const month = new Date(clock.now()).toISOString().slice(0, 7);
        const { active } = await index.standing(accountId, month);
        const { sessions, browserMs } = await createUsageLedger({ database: env.DB }).month(accountId, month);
        return { sessions, browserMs, active };
      },
    });
  });
}
