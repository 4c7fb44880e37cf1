import { describe, it } from "vitest";
import type { Plan } from "../../../src/domain/plan.ts";
import type { FeatureName, RequestedSession } from "../../../src/domain/session-spec.ts";
import { FEATURES } from "../../../src/domain/session-spec.ts";
import { createServiceSetup, UNKNOWN_ID } from "./fake-sessions.ts";
import { aRequest, DEFAULTS_SPEC } from "./requests.ts";

const RESIDENTIAL = { type: "residential", country: "US", region: null, city: null, sticky: false } as const;

describe("creating a session", () => {
  it("admits, launches and hands over the admitted spec", async ({ expect }) => {
    const { service, principal, sessions, index, clock } = await createServiceSetup();
    const request = aRequest({ tags: ["a"], recording: { har: true, screenshots: false, video: false } });
    const created = await service.create(principal, request);
    if (!created.ok) throw new Error(created.failure.kind);
    const { id } = created.value.view;
    const { accountId } = principal;
    const egress = { pools: [], exitCheckUrl: "https://berth.invalid/ip" };
    const place = { origin: "https://berth.invalid", createdAt: clock.now() };
    const command = { id, accountId, spec: request.spec, asked: [], profile: null, ...place, ...egress };
    expect(sessions.created).toEqual([command]);
    expect(created.value.connectToken).toBe("ct_connect");
    expect((await index.find(accountId, id))?.summary).toMatchObject({
      createdAt: clock.now(),
      expiresAt: clock.now() + 1_800_000,
      tags: ["a"],
      headless: true,
      recording: true,
      apiKeyName: "first key",
    });
  });

  it("mints ids in the form of the dialect", async ({ expect }) => {
    const { service, principal } = await createServiceSetup();
    const meshbrow = await service.create(principal, aRequest({ dialect: "meshbrow" }));
    const anchor = await service.create(principal, aRequest({ dialect: "anchor" }));
    expect(meshbrow).toMatchObject({ value: { view: { id: expect.stringMatching(/^ses_[a-z2-7]{26}$/) } } });
    expect(anchor).toMatchObject({ value: { view: { id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-/) } } });
  });

  it("indexes a session without a hard end, and the type and place of its proxy", async ({ expect }) => {
    const { service, principal, index } = await createServiceSetup({
      limits: { proxyTypes: ["residential", "custom"] },
    });
    const pooled = await service.create(principal, aRequest({ lifetimeMs: null, proxy: RESIDENTIAL }));
    const custom = { type: "custom", server: "http://proxy:1", username: "u", password: "hunter2" } as const;
    const own = await service.create(principal, aRequest({ proxy: custom }));
    if (!pooled.ok || !own.ok) throw new Error("refused");
    const summaryOf = async (id: typeof own.value.view.id) => (await index.find(principal.accountId, id))?.summary;
    expect(await summaryOf(pooled.value.view.id)).toMatchObject({
      expiresAt: null,
      proxyType: "residential",
      proxyCountry: "US",
    });
    expect(await summaryOf(own.value.view.id)).toMatchObject({ proxyType: "custom", proxyCountry: null });
  });

  it("refuses an integration that the account does not have, and admits nothing", async ({ expect }) => {
    const { service, principal, sessions } = await createServiceSetup();
    const integrations = [{ id: UNKNOWN_ID, type: "1PASSWORD", secrets: "all" }] as const;
    const refused = await service.create(principal, aRequest({ integrations }));
    expect(refused).toMatchObject({ failure: { kind: "notFound", what: "integration", id: UNKNOWN_ID } });
    expect(sessions.created).toEqual([]);
  });

  it("refuses an extension that the account does not have, and admits nothing", async ({ expect }) => {
    const { service, principal, sessions } = await createServiceSetup();
    const extensions = [crypto.randomUUID(), UNKNOWN_ID];
    const refused = await service.create(principal, aRequest({ extensions }));
    expect(refused).toMatchObject({ failure: { kind: "notFound", what: "extension", id: UNKNOWN_ID } });
    expect(sessions.created).toEqual([]);
  });

  it("refuses an extension by what it needs, where no browser loads it", async ({ expect }) => {
    const id = crypto.randomUUID();
    const analysis = { support: "unsupported", unsupported: ["chrome.cookies", "side_panel"], limits: [] } as const;
    const emulated = await createServiceSetup({ extensionsAreEmulated: true, analysis });
    expect(await emulated.service.create(emulated.principal, aRequest({ extensions: [id] }))).toEqual({
      ok: false,
      failure: {
        kind: "unsupported",
        feature: "extensions",
        field: "browser.extensions",
        reason: expect.stringMatching(
          new RegExp(`^extension "an extension" \\(${id}\\) runs only .*: it needs chrome.cookies, side_panel$`),
        ) as string,
      },
    });
    expect(emulated.sessions.created).toEqual([]);
    const loaded = await createServiceSetup({ analysis });
    expect((await loaded.service.create(loaded.principal, aRequest({ extensions: [id] }))).ok).toBe(true);
  });

  it("refuses an initial URL that leads to a private address, and admits nothing", async ({ expect }) => {
    const { service, principal, sessions, index } = await createServiceSetup();
    const refused = await service.create(principal, aRequest({ initialUrl: "http://169.254.169.254/latest" }));
    expect(refused).toMatchObject({ ok: false, failure: { kind: "invalidRequest", field: "session.initial_url" } });
    expect(sessions.created).toEqual([]);
    expect((await index.runningIds(principal.accountId)).length).toBe(0);
    expect(await service.create(principal, aRequest({ initialUrl: "https://example.com/" }))).toMatchObject({
      ok: true,
    });
  });

  it("switches defaults off that the deployment does not have", async ({ expect }) => {
    const { service, principal, sessions } = await createServiceSetup({ available: new Set(["liveView"]) });
    await service.create(principal, aRequest(DEFAULTS_SPEC));
    expect(sessions.created[0]?.spec).toMatchObject({
      stealth: "none",
      adblock: false,
      headless: true,
      viewport: null,
    });
  });

  it("lets exactly the limit through of a parallel burst", async ({ expect }) => {
    const { service, principal, sessions, standing } = await createServiceSetup({ limits: { concurrentSessions: 3 } });
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => service.create(principal, aRequest())));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
    expect(sessions.created).toHaveLength(3);
    expect(await standing()).toEqual({ usedThisMonth: 3, active: 3 });
  });
});

describe("a refusal", () => {
  const quotaGone = { monthlySessions: 1, concurrentSessions: 9 };
  const slotsGone = { monthlySessions: 9, concurrentSessions: 1 };
  const bothGone = { monthlySessions: 1, concurrentSessions: 1 };
  const room = { monthlySessions: 9, concurrentSessions: 9 };
  const proxied = aRequest({ proxy: RESIDENTIAL }, [{ feature: "proxy", field: "proxy.type" }]);
  const videoAsked = aRequest({}, [{ feature: "video", field: "recording.video" }]);
  const both = { ...proxied, asked: [...videoAsked.asked, ...proxied.asked] };
  const long = aRequest({ lifetimeMs: 3_600_001 });

  /** Each row: what is used up, what is asked for, which refusal wins. One session exists beforehand. */
  const ORDER: readonly (readonly [string, Partial<Plan>, RequestedSession, object])[] = [
    ["quota over everything", bothGone, both, { kind: "quotaExceeded", used: 1, limit: 1 }],
    ["quota over proxy access", quotaGone, proxied, { kind: "quotaExceeded", used: 1, limit: 1 }],
    ["quota over a missing feature", quotaGone, videoAsked, { kind: "quotaExceeded", used: 1, limit: 1 }],
    ["quota over a long lifetime", quotaGone, long, { kind: "quotaExceeded", used: 1, limit: 1 }],
    ["concurrency over proxy access", slotsGone, proxied, { kind: "concurrencyLimitReached", active: 1, limit: 1 }],
    ["concurrency over a missing feature", slotsGone, videoAsked, { kind: "concurrencyLimitReached", active: 1 }],
    ["proxy access over a missing feature", room, both, { kind: "proxyAccessDenied", proxyType: "residential" }],
    ["a missing feature by its field", room, videoAsked, { kind: "unsupported", field: "recording.video" }],
    ["a long lifetime by its field", room, long, { kind: "invalidRequest", field: "timeout" }],
  ];

  for (const [name, limits, request, failure] of ORDER) {
    it(`puts ${name}, and leaves nothing behind`, async ({ expect }) => {
      const { service, principal, sessions, standing } = await createServiceSetup({
        limits: { ...limits, proxyTypes: [], maxLifetimeMs: 3_600_000 },
        available: new Set(FEATURES.filter((feature: FeatureName) => feature !== "video")),
      });
      expect(await service.create(principal, aRequest())).toMatchObject({ ok: true });
      expect(await service.create(principal, request)).toMatchObject({ ok: false, failure });
      expect(sessions.created).toHaveLength(1);
      expect(await standing()).toEqual({ usedThisMonth: 1, active: 1 });
    });
  }

  it("allows a lifetime just at the plan's bound, and none without end", async ({ expect }) => {
    const { service, principal } = await createServiceSetup({ limits: { maxLifetimeMs: 3_600_000 } });
    expect(await service.create(principal, aRequest({ lifetimeMs: 3_600_000 }))).toMatchObject({ ok: true });
    expect(await service.create(principal, aRequest({ lifetimeMs: null }))).toMatchObject({
      failure: { kind: "invalidRequest", field: "timeout" },
    });
  });

  it("costs no query beyond admission when nothing is wrong", async ({ expect }) => {
    let standings = 0;
    const { service, principal } = await createServiceSetup({
      wrapIndex: (index) => ({
        ...index,
        standing: (accountId, month) => {
          standings += 1;
          return index.standing(accountId, month);
        },
      }),
    });
    expect(await service.create(principal, aRequest())).toMatchObject({ ok: true });
    expect(standings).toBe(0);
  });
});

describe("a Durable Object that does not answer a create", () => {
  it("costs neither a slot nor quota, and is a launch failure to the caller", async ({ expect }) => {
    const { service, principal, sessions, standing, settle, logger } = await createServiceSetup();
    sessions.createError = new Error("Durable Object reset because its code was updated: secret detail");
    const created = await service.create(principal, aRequest());
    expect(created).toEqual({
      ok: false,
      failure: { kind: "launchFailed", reason: "The session could not be started", retryAfterMs: 1000 },
    });
    expect(await standing()).toEqual({ usedThisMonth: 0, active: 0 });
    expect(logger.events).toContain("session.create_interrupted");
    await settle();
  });

  it("leaves a failed session that its owner can describe", async ({ expect }) => {
    const { service, principal, sessions, settle } = await createServiceSetup();
    sessions.createError = new Error("lost");
    await service.create(principal, aRequest({ tags: ["kept"] }));
    await settle();
    const id = sessions.created[0]?.id ?? "";
    expect(await service.describe(principal, id)).toMatchObject({
      ok: true,
      value: {
        connectToken: null,
        view: { id, status: "failed", endReason: "launch_failed", spec: { tags: ["kept"] } },
      },
    });
  });

  it("is told to end what it may have started", async ({ expect }) => {
    const { service, principal, sessions, settle, standing } = await createServiceSetup();
    sessions.createError = new Error("the answer was lost");
    sessions.startsAnyway = true;
    await service.create(principal, aRequest());
    await settle();
    const [command] = sessions.created;
    if (command === undefined) throw new Error("nothing was created");
    expect(sessions.isRunning(command.id)).toBe(false);
    expect((await standing()).active).toBe(0);
  });

  it("does not fail the answer when the slot cannot be freed either", async ({ expect }) => {
    const { service, principal, sessions, logger, settle } = await createServiceSetup({
      wrapIndex: (index) => ({ ...index, recordEnd: () => Promise.reject(new Error("D1_ERROR: gone")) }),
    });
    sessions.createError = new Error("lost");
    expect(await service.create(principal, aRequest())).toMatchObject({ failure: { kind: "launchFailed" } });
    expect(logger.events).toContain("session.slot_not_freed");
    await settle();
  });
});

describe("an admission whose answer is lost", () => {
  it("frees the slot that it may have taken, and launches nothing", async ({ expect }) => {
    const { service, principal, sessions, standing, settle } = await createServiceSetup({
      wrapIndex: (index) => ({
        ...index,
        admit: async (...admission) => {
          await index.admit(...admission);
          throw new Error("D1_ERROR: Network connection lost.");
        },
      }),
    });
    await expect(service.create(principal, aRequest())).rejects.toThrow("D1_ERROR");
    await settle();
    expect(sessions.created).toEqual([]);
    expect(await standing()).toEqual({ usedThisMonth: 0, active: 0 });
  });
});
