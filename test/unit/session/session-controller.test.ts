import { SessionDownloads } from "../../../src/session/session-downloads.ts";
import { nobody } from "../../support/worker/nobody.ts";
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
} from "../../support/worker/no-egress.ts";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { SessionEnd, StatusReport } from "../../../src/accounts/session-slots.ts";
import type { AccountId, SessionId } from "../../../src/domain/ids.ts";
import type { FeatureName, SessionSpec } from "../../../src/domain/session-spec.ts";
import { BrowserGoneError, EngineError } from "../../../src/engines/engine.ts";
import type { EndedSession } from "../../../src/observability/analytics.ts";
import { createLogger } from "../../../src/observability/logger.ts";
import { ConnectTokens } from "../../../src/session/connect-tokens.ts";
import { Deadlines } from "../../../src/session/deadlines.ts";
import { Downstreams } from "../../../src/session/downstreams.ts";
import { KnownFingerprints } from "../../../src/session/known-fingerprints.ts";
import { KnownHosts } from "../../../src/session/known-hosts.ts";
import { SessionController, type SessionControllerOptions } from "../../../src/session/session-controller.ts";
import { DEFAULT_TIMING } from "../../../src/session/timing.ts";
import type { SessionDeps } from "../../../src/session/session-deps.ts";
import { RecordingJournal } from "../../../src/session/recording-journal.ts";
import { SessionRecording } from "../../../src/session/session-recording.ts";
import { SecretMask } from "../../../src/capabilities/secrets/secret-mask.ts";
import { SessionSecrets } from "../../../src/session/session-secrets.ts";
import { SessionProfile } from "../../../src/session/session-profile.ts";
import { SessionStore } from "../../../src/session/session-store.ts";
import { PLAIN_SPEC } from "../service/requests.ts";
import { FakeClock } from "../../support/worker/fake-clock.ts";
import { FakeEngine } from "../../support/worker/fake-engine.ts";

const MINUTE = 60_000;

interface Harness {
  readonly controller: SessionController;
  /** A controller that knows only what is stored. */
  successor(): SessionController;
  readonly engine: FakeEngine;
  readonly clock: FakeClock;
  readonly store: SessionStore;
  readonly downstreams: Downstreams;
  readonly storage: DurableObjectStorage;
  readonly statuses: StatusReport[];
  readonly ends: SessionEnd[];
  readonly counted: EndedSession[];
  /** Makes the index refuse: D1 is away. */
  setIndexDown(down: boolean): void;
  create(spec?: Partial<SessionSpec>, ...asked: readonly FeatureName[]): ReturnType<SessionController["create"]>;
  /** Waits for work that the session started on its own. */
  settled(): Promise<void>;
}

/** Runs a test inside a real Durable Object's storage, with an engine and a clock of the test's own. */
async function inSession(
  run: (harness: Harness) => Promise<void>,
  engine: FakeEngine = new FakeEngine(),
  known: KnownFingerprints = new KnownFingerprints(),
): Promise<void> {
  const id = crypto.randomUUID() as SessionId;
  await runInDurableObject(env.SESSIONS.getByName(id), async (_instance, state) => {
    const clock = new FakeClock();
    const store = new SessionStore(state.storage);
    const downstreams = new Downstreams(() => undefined);
    const statuses: StatusReport[] = [];
    const ends: SessionEnd[] = [];
    const counted: EndedSession[] = [];
    const work: Promise<void>[] = [];
    let indexDown = false;
    const reports = {
      async recordStatus(report: StatusReport) {
        statuses.push(report);
        return false;
      },
      async recordEnd(end: SessionEnd) {
        if (indexDown) throw new Error("D1 is away");
        ends.push(end);
        return ends.length === 1;
      },
    };
    const deps: SessionDeps = {
      engine,
      reports,
      clock,
      ids: { bytes: (length) => new Uint8Array(length), uuid: () => crypto.randomUUID() },
      logger: createLogger({ sink: () => undefined }),
      timing: { ...DEFAULT_TIMING, heartbeatLimitMs: 50, attemptLimitMs: 50, reachWaitsMs: [1, 1] },
      analytics: { sessionEnded: (session) => counted.push(session) },
      knownHosts: new KnownHosts(),
      knownFingerprints: known,
      knownProxySupport: new KnownProxySupport(),
      proxyPools: NO_POOLS,
      profiles: NO_PROFILES,
      recordings: NO_RECORDINGS,
      downloads: NO_DOWNLOADS,
      markdownScript: () => Promise.resolve(""),
      extensionScript: () => Promise.resolve(""),
      tokenSecret: "a secret of the test, long enough",
      maxClients: 4,
      blocklists: NO_BLOCKLISTS,
      secrets: NO_SECRETS,
      ...NO_EXTENSIONS,
      captchaSolver: undefined,
      protocol: () => Promise.resolve(Response.json({})),
      availableFeatures: new Set(["adblock"] as const),
    };
    const parts = (): SessionControllerOptions => ({
      deps,
      store,
      deadlines: new Deadlines(state.storage),
      downstreams,
      tokens: new ConnectTokens({ secret: "a secret of the test, long enough", store }),
      profile: new SessionProfile({ deps, store }),
      recording: new SessionRecording({
        deps,
        store,
        journal: new RecordingJournal(state.storage),
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
    const controller = new SessionController(parts());
    const create = (spec: Partial<SessionSpec> = {}, ...asked: readonly FeatureName[]) =>
      controller.create({
        id,
        accountId: "acct_test" as AccountId,
        spec: { ...PLAIN_SPEC, ...spec },
        asked,
        createdAt: clock.now(),
        ...NO_EGRESS,
      });
    await run({
      controller,
      successor: () => new SessionController(parts()),
      engine,
      clock,
      store,
      downstreams,
      storage: state.storage,
      statuses,
      ends,
      counted,
      setIndexDown: (down) => {
        indexDown = down;
      },
      create,
      settled: async () => {
        while (work.length > 0) await work.shift();
      },
    });
  });
}

describe("create", () => {
  it("answers a ready session with its token and what its browser looks like", () =>
    inSession(async ({ create, clock }) => {
      const created = await create();
      expect(created).toMatchObject({
        ok: true,
        value: {
          connectToken: expect.stringMatching(/^ct_[A-Za-z0-9_-]{43}$/),
          view: { status: "ready", expiresAt: clock.now() + 30 * MINUTE, fingerprint: { platform: "Linux x86_64" } },
        },
      });
    }));

  it("goes without ad blocking that is only a default and cannot be had, and says why", () =>
    inSession(async ({ create }) => {
      expect(await create({ adblock: true })).toMatchObject({
        value: {
          view: {
            status: "ready",
            inForce: { adblock: false },
            lost: { adblock: "the ads list of this deployment cannot be read" },
          },
        },
      });
    }));

  it("fails for want of ad blocking that was asked for by name", () =>
    inSession(async ({ create, ends }) => {
      expect(await create({ adblock: true }, "adblock")).toMatchObject({
        ok: false,
        failure: { kind: "launchFailed", reason: "adblock: the ads list of this deployment cannot be read" },
      });
      expect(ends).toMatchObject([{ refund: true }]);
    }));

  it("waits as long as the engine says and then tries again", () =>
    inSession(async ({ create, engine }) => {
      engine.beforeLaunch = async () => {
        if (engine.launches === 1) throw new EngineError("429", { retryAfterMs: 1 });
      };
      expect(await create()).toMatchObject({ ok: true });
      expect(engine.launches).toBe(2);
    }));

  it("gives up at once when the wait would outlast the launch limit, and frees the slot with a refund", () =>
    inSession(async ({ create, engine, ends }) => {
      engine.beforeLaunch = () => Promise.reject(new EngineError("the engine answered 429", { retryAfterMs: 60_000 }));
      expect(await create()).toMatchObject({
        ok: false,
        failure: { kind: "launchFailed", reason: "the engine answered 429", retryAfterMs: 60_000 },
      });
      expect(engine.launches).toBe(1);
      expect(ends).toMatchObject([{ status: "failed", endReason: "launch_failed", refund: true, browserMs: 0 }]);
    }));

  it("closes a browser that started but cannot be used", () =>
    inSession(async ({ create, engine, ends, storage }) => {
      engine.beforeConnect = () => {
        throw new EngineError("no socket");
      };
      expect(await create()).toMatchObject({ ok: false, failure: { kind: "launchFailed" } });
      expect(engine.closed).toEqual(["browser-1"]);
      expect(ends).toHaveLength(1);
      expect(await storage.getAlarm()).toBeNull();
    }));

  it("closes the browser when a launch finishes after destroy", () =>
    inSession(async ({ create, engine, controller, ends }) => {
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      engine.beforeLaunch = () => held;
      const creating = create();
      await controller.end("requested");
      release();
      expect(await creating).toMatchObject({ ok: false, failure: { kind: "sessionNotRunning" } });
      expect(engine.closed).toEqual(["browser-1"]);
      expect(ends).toMatchObject([{ status: "destroyed", endReason: "requested" }]);
    }));

  it("does not wait for a page to say what an earlier browser of the same build has shown", async () => {
    const known = new KnownFingerprints();
    const wedged = new FakeEngine();
    await inSession(async ({ create }) => void (await create()), new FakeEngine(), known);
    await inSession(
      async ({ create }) => {
        const created = await create();
        expect(created).toMatchObject({
          value: { view: { fingerprint: { platform: "Linux x86_64", timezone: "UTC" } } },
        });
        expect(wedged.browser.last("Runtime.evaluate").method).toBe("Runtime.evaluate");
      },
      Object.assign(wedged, { silentMethods: ["Runtime.evaluate"] }),
      known,
    );
  });

  it("starts loading the initial URL before the first client comes", () =>
    inSession(async ({ create, engine }) => {
      await create({ initialUrl: "https://a.test/" });
      await expect.poll(() => engine.browser.last("Page.navigate").params).toEqual({ url: "https://a.test/" });
    }));

  it("keeps to a browser context of its own where the engine shares its browser, and disposes of it", () =>
    inSession(
      async ({ create, engine, controller }) => {
        await create();
        expect(engine.browser.last("Target.createTarget").params).toEqual({
          url: "about:blank",
          browserContextId: "OWN",
        });
        await controller.end("requested");
        expect(engine.browser.last("Target.disposeBrowserContext").params).toEqual({ browserContextId: "OWN" });
      },
      new FakeEngine({ sharesBrowser: true }),
    ));
});

describe("deadlines", () => {
  it("ends the session at its maximum duration, client or not", () =>
    inSession(async ({ create, clock, controller, engine, ends }) => {
      await create();
      await controller.clientConnected();
      clock.advance(30 * MINUTE);
      await controller.onAlarm();
      expect(ends).toMatchObject([
        { status: "destroyed", endReason: "expired", refund: false, browserMs: 30 * MINUTE },
      ]);
      expect(engine.closed).toEqual(["browser-1"]);
    }));

  it("does not end a session a millisecond early", () =>
    inSession(async ({ create, clock, controller, ends }) => {
      await create({ idleMs: null });
      clock.advance(30 * MINUTE - 1);
      await controller.onAlarm();
      expect(ends).toEqual([]);
    }));

  it("ends a session that nobody connects to after the idle time", () =>
    inSession(async ({ create, clock, controller, ends }) => {
      await create();
      clock.advance(5 * MINUTE);
      await controller.onAlarm();
      expect(ends).toMatchObject([{ endReason: "idle" }]);
    }));

  it("counts idle time from the last client's leaving, and only while nobody is connected", () =>
    inSession(async ({ create, clock, controller, ends, store }) => {
      await create();
      await controller.clientConnected();
      expect(store.read()?.status).toBe("active");
      clock.advance(20 * MINUTE);
      await controller.onAlarm();
      await controller.clientGone();
      expect(store.read()?.status).toBe("idle");
      clock.advance(5 * MINUTE - 1);
      await controller.onAlarm();
      expect(ends).toEqual([]);
      clock.advance(1);
      await controller.onAlarm();
      expect(ends).toMatchObject([{ endReason: "idle" }]);
    }));

  it("never ends by idleness or age when both are off", () =>
    inSession(async ({ create, clock, controller, ends }) => {
      await create({ lifetimeMs: null, idleMs: null });
      clock.advance(10_000 * MINUTE);
      await controller.onAlarm();
      expect(ends).toEqual([]);
    }));

  it("sends the browser a command every 30 s", () =>
    inSession(async ({ create, clock, controller, engine }) => {
      await create();
      const commands = engine.browser.sent.length;
      clock.advance(30_000);
      await controller.onAlarm();
      expect(engine.browser.sent.slice(commands)).toMatchObject([{ method: "Browser.getVersion" }]);
    }));

  it("looks for the browser over a new socket when the old one has gone quiet", () =>
    inSession(async ({ create, clock, controller, engine, ends, settled }) => {
      await create();
      engine.browser.silent.add("Browser.getVersion");
      clock.advance(30_000);
      await controller.onAlarm();
      await settled();
      expect(engine.browsers).toHaveLength(2);
      expect(ends).toEqual([]);
    }));

  it("ends a session whose browser answers over no socket", () =>
    inSession(async ({ create, clock, controller, engine, ends }) => {
      await create();
      engine.browser.silent.add("Browser.getVersion");
      engine.silentMethods = ["Browser.getVersion"];
      clock.advance(30_000);
      await controller.onAlarm();
      expect(ends).toMatchObject([{ status: "failed", endReason: "crashed" }]);
    }));

  it("gives a launch up for lost when its instance died", () =>
    inSession(async ({ create, clock, engine, controller, ends }) => {
      const { promise: never } = Promise.withResolvers<void>();
      engine.beforeLaunch = () => never;
      void create();
      clock.advance(36_000);
      await controller.onAlarm();
      expect(ends).toMatchObject([{ status: "failed", endReason: "launch_failed", refund: true }]);
    }));
});

describe("the end", () => {
  it("comes once: a second request finds nothing", () =>
    inSession(async ({ create, controller, ends }) => {
      await create();
      expect(await controller.end("requested")).toMatchObject({ status: "destroyed", endReason: "requested" });
      expect(await controller.end("requested")).toBeUndefined();
      await controller.onAlarm();
      expect(ends).toHaveLength(1);
    }));

  it("leaves nothing in the Durable Object, the alarm included", () =>
    inSession(async ({ create, controller, storage }) => {
      await create();
      await controller.end("requested");
      expect([...storage.kv.list()]).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    }));

  it("is reported later when the index is away, with the same times", () =>
    inSession(async ({ create, controller, clock, ends, setIndexDown, storage }) => {
      await create();
      clock.advance(MINUTE);
      const endedAt = clock.now();
      setIndexDown(true);
      await controller.end("requested");
      expect(await storage.getAlarm()).not.toBeNull();
      setIndexDown(false);
      clock.advance(15_000);
      await controller.onAlarm();
      expect(ends).toMatchObject([{ endedAt, browserMs: MINUTE }]);
      expect(await storage.getAlarm()).toBeNull();
    }));

  it("is counted once, although its teardown is repeated", () =>
    inSession(async ({ create, controller, clock, engine, ends, counted }) => {
      await create();
      clock.advance(MINUTE);
      engine.beforeClose = () => Promise.reject(new EngineError("not now"));
      await controller.end("requested");
      engine.beforeClose = () => Promise.resolve();
      clock.advance(15_000);
      await controller.onAlarm();
      expect(ends).toHaveLength(2);
      const end = { status: "destroyed", endReason: "requested", durationMs: MINUTE, engine: "fake" };
      expect(counted).toMatchObject([{ accountId: "acct_test", dialect: "meshbrow", ...end }]);
    }));

  it("frees the slot although the engine does not close the browser, and comes back to close it", () =>
    inSession(async ({ create, controller, clock, engine, ends }) => {
      await create();
      engine.beforeClose = () => Promise.reject(new EngineError("not now"));
      await controller.end("requested");
      expect(ends).toHaveLength(1);
      engine.beforeClose = () => Promise.resolve();
      clock.advance(15_000);
      await controller.onAlarm();
      expect(engine.closed).toEqual(["browser-1"]);
    }));
});

describe("a lost socket to the browser", () => {
  it("is replaced by a new one to the same browser", () =>
    inSession(async ({ create, engine, settled, controller, ends }) => {
      await create();
      engine.browser.breakOff({ code: 1006, reason: "" });
      await settled();
      expect(engine.browsers).toHaveLength(2);
      expect(await controller.reap()).toBe(true);
      expect(ends).toEqual([]);
    }));

  it("is asked for again while the engine does not answer as it should", () =>
    inSession(async ({ create, engine, settled, ends }) => {
      await create();
      let refusals = 2;
      engine.beforeConnect = () => {
        refusals -= 1;
        if (refusals >= 0) throw new EngineError("503");
      };
      engine.browser.breakOff({ code: 1006, reason: "" });
      await settled();
      expect(engine.browsers).toHaveLength(2);
      expect(ends).toEqual([]);
    }));

  it("ends the session when the engine cannot be reached for long", () =>
    inSession(async ({ create, engine, settled, controller, ends }) => {
      await create();
      engine.beforeConnect = () => {
        throw new EngineError("503");
      };
      engine.browser.breakOff({ code: 1006, reason: "" });
      await settled();
      expect(ends).toMatchObject([{ status: "failed", endReason: "engine_closed" }]);
      expect(await controller.reap()).toBe(false);
    }));

  it.for([
    ["crashed", "with its tabs open", false, undefined],
    ["crashed", "as the engine says", true, true],
    ["engine_closed", "after its tabs", true, undefined],
    ["engine_closed", "as the engine says", false, false],
  ] as const)("ends the session as %s when the browser went %s", ([reason, , tabsClosed, crashed]) =>
    inSession(async ({ create, engine, settled, ends }) => {
      await create();
      engine.beforeConnect = () => {
        throw new BrowserGoneError("404", { crashed });
      };
      if (tabsClosed) engine.browser.event("Target.targetDestroyed", { targetId: "T1" });
      engine.browser.breakOff({ code: 1005, reason: "" });
      await settled();
      expect(ends).toMatchObject([{ status: "failed", endReason: reason }]);
    }),
  );

  it("does not leave a socket behind that could not be taken into use", () =>
    inSession(async ({ create, engine, settled }) => {
      await create();
      engine.silentMethods = ["Target.setDiscoverTargets"];
      engine.browser.breakOff({ code: 1006, reason: "" });
      await settled();
      expect(engine.browser.closedWith).toBeDefined();
    }));

  it("is counted, and so are clients that come back", () =>
    inSession(async ({ create, engine, settled, controller }) => {
      await create();
      await controller.clientConnected();
      engine.browser.breakOff({ code: 1006, reason: "" });
      await settled();
      await controller.clientGone();
      await controller.clientConnected();
      const described = await controller.owned();
      expect(described).toMatchObject({ value: { view: { metrics: { restores: 1, reconnects: 1 } } } });
    }));
});

describe("an instance that takes over from one that was lost", () => {
  it("starts the idle time of clients whose sockets went with the old one", () =>
    inSession(async ({ create, controller, successor, clock, ends, store }) => {
      await create();
      await controller.clientConnected();
      const heir = successor();
      await heir.onAlarm();
      expect(store.read()?.status).toBe("idle");
      clock.advance(5 * MINUTE);
      await heir.onAlarm();
      expect(ends).toMatchObject([{ endReason: "idle" }]);
    }));

  it("ends a launch that nobody waits for any more, and closes its browser", () =>
    inSession(async ({ create, engine, successor, ends }) => {
      engine.silentMethods = ["Target.setDiscoverTargets"];
      void create();
      await expect.poll(() => engine.browsers.length).toBe(1);
      await successor().wake();
      expect(ends).toMatchObject([{ endReason: "launch_failed", refund: true }]);
      expect(engine.closed).toEqual(["browser-1"]);
    }));
});

describe("what the index hears", () => {
  it("gets every status with a growing revision", () =>
    inSession(async ({ create, controller, settled, statuses }) => {
      await create();
      await controller.clientConnected();
      await controller.clientGone();
      await settled();
      expect(statuses.map(({ status, revision }) => [status, revision])).toEqual([
        ["ready", 1],
        ["active", 2],
        ["idle", 3],
      ]);
    }));
});

describe("a session with an identity", () => {
  const sent = (engine: FakeEngine, method: string) => engine.browser.sent.filter((each) => each.method === method);

  it("has it in force when its create is answered", () =>
    inSession(async ({ create, engine }) => {
      const created = await create({ stealth: "standard" });
      expect(created).toMatchObject({ ok: true, value: { view: { fingerprint: { timezone: "America/New_York" } } } });
      expect(sent(engine, "Emulation.setTimezoneOverride")).toMatchObject([
        { params: { timezoneId: "America/New_York" } },
      ]);
      expect(sent(engine, "Emulation.updateScreen")).toHaveLength(1);
    }));

  it("has the same one again after its object lost its memory", () =>
    inSession(async ({ create, engine, successor }) => {
      await create({ stealth: "max" });
      const before = sent(engine, "Emulation.setHardwareConcurrencyOverride").map(({ params }) => params);
      const next = successor();
      expect(await next.browser()).toBeDefined();
      expect(sent(engine, "Emulation.setHardwareConcurrencyOverride").map(({ params }) => params)).toEqual(before);
      expect(engine.browsers).toHaveLength(2);
    }));

  it.for(["Emulation.updateScreen", "Emulation.setTimezoneOverride"])(
    "fails, frees its slot and closes its browser when the browser refuses %s",
    (method) => {
      const engine = new FakeEngine();
      engine.refusedMethods = [method];
      return inSession(async ({ create, ends, settled }) => {
        await create({ stealth: "standard" });
        await settled();
        expect(ends).toMatchObject([{ status: "failed", endReason: "capability_failed" }]);
        expect(engine.closed).toContain("browser-1");
      }, engine);
    },
  );

  it("ends when the browser does not take it again after a restore", () =>
    inSession(async ({ create, engine, successor, ends }) => {
      await create({ stealth: "standard" });
      engine.refusedMethods = ["Emulation.setTimezoneOverride"];
      expect(await successor().browser()).toBeUndefined();
      expect(ends).toMatchObject([{ status: "failed", endReason: "capability_failed" }]);
    }));

  it("is refused with the field when the browser is too old for it", () =>
    inSession(async ({ create, ends }) => {
      const userAgent =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/999.0.0.0 Safari/537.36";
      expect(await create({ stealth: "max", fingerprint: { userAgent } })).toMatchObject({
        ok: false,
        failure: { kind: "invalidRequest", field: "fingerprint.userAgent" },
      });
      expect(ends).toMatchObject([{ endReason: "launch_failed", refund: true }]);
    }));

  it("is read of the browser once for all sessions of a build", () =>
    inSession(async ({ create, engine }) => {
      await create({ stealth: "standard" });
      expect(sent(engine, "Target.createTarget")).toHaveLength(1);
      expect(sent(engine, "Target.closeTarget")).toHaveLength(1);
    }));
});
