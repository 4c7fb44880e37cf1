import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { createUsageLedger } from "../../../src/accounts/usage-ledger.ts";
import { createUsageService } from "../../../src/service/usage-service.ts";
import { createServiceSetup } from "./fake-sessions.ts";
import { aRequest } from "./requests.ts";

async function arrange() {
  const setup = await createServiceSetup();
  const { index, clock } = setup;
  const usage = createUsageService({ index, ledger: createUsageLedger({ database: env.DB }), clock });
  return { ...setup, usage };
}

describe("usage", () => {
  it("is all zeroes for an account that has done nothing", async ({ expect }) => {
    const { usage, principal } = await arrange();
    expect(await usage.usage(principal)).toEqual({
      month: "2026-11",
      plan: principal.plan,
      sessions: 0,
      sessionsToday: 0,
      active: 0,
      browserMs: 0,
      proxyBytes: 0,
      proxyCostMicros: 0,
    });
  });

  it("counts the month, the UTC day, what runs now and the time of what has ended", async ({ expect }) => {
    const { usage, principal, service, clock } = await arrange();
    clock.set("2026-11-20T23:59:59.999Z");
    const yesterday = await service.create(principal, aRequest());
    clock.set("2026-11-21T00:00:00.000Z");
    await service.create(principal, aRequest());
    if (!yesterday.ok) throw new Error(yesterday.failure.kind);
    await service.end(principal, yesterday.value.view.id);
    expect(await usage.usage(principal)).toMatchObject({ sessions: 2, sessionsToday: 1, active: 1, browserMs: 1000 });
  });

  it("answers for a month that is asked for, with the present day and slots", async ({ expect }) => {
    const { usage, principal, service, clock } = await arrange();
    await service.create(principal, aRequest());
    clock.set("2026-12-02T00:00:00.000Z");
    expect(await usage.usage(principal)).toMatchObject({ month: "2026-12", sessions: 0, sessionsToday: 0, active: 1 });
    expect(await usage.usage(principal, "2026-11")).toMatchObject({ month: "2026-11", sessions: 1, sessionsToday: 0 });
  });
});
