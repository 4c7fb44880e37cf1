import { describe, it } from "vitest";
import type { Principal } from "../../../src/domain/plan.ts";
import type { IntegrationCredentials } from "../../../src/domain/secrets.ts";
import { createIntegrationService, type IntegrationServiceDeps } from "../../../src/service/integration-service.ts";

const PRINCIPAL = { accountId: "acct_test" } as Principal;

function serviceWith(changes: Partial<IntegrationServiceDeps> = {}) {
  const created: unknown[] = [];
  const service = createIntegrationService({
    integrations: {
      create: (_accountId, { name, type, credentials: { kind } }) => {
        created.push(name);
        return Promise.resolve({ id: "i", name, type, kind, createdAt: 0 });
      },
      list: () => Promise.resolve([]),
      find: () => Promise.resolve(undefined),
      existing: () => Promise.resolve(new Set<string>()),
      remove: () => Promise.resolve(false),
      credentials: () => Promise.resolve(undefined),
    },
    uses: { ofIntegration: () => Promise.resolve([]) },
    allowPrivateNetwork: false,
    hasServiceAccounts: false,
    missingSecret: undefined,
    ...changes,
  });
  const create = (credentials: IntegrationCredentials) =>
    service.create(PRINCIPAL, { name: "n", type: "1PASSWORD", credentials });
  return { create, created, service };
}

const connect = (host: string): IntegrationCredentials => ({ kind: "connect", host, token: "t" });
const SERVICE_ACCOUNT: IntegrationCredentials = { kind: "serviceAccount", token: "ops_x" };

describe("creating an integration", () => {
  it("takes a Connect server on the internet, over HTTPS", async ({ expect }) => {
    const { create, created } = serviceWith();
    expect((await create(connect("https://connect.example.com"))).ok).toBe(true);
    for (const host of [
      "http://connect.example.com",
      "https://127.0.0.1",
      "https://169.254.169.254",
      "https://[::1]",
    ]) {
      expect(await create(connect(host))).toMatchObject({ failure: { field: "credentials.data.host" } });
    }
    expect(created).toHaveLength(1);
  });

  it("takes any where the deployment may reach its own network", async ({ expect }) => {
    const { create } = serviceWith({ allowPrivateNetwork: true });
    expect((await create(connect("http://127.0.0.1:8080"))).ok).toBe(true);
  });

  it("takes service accounts where there is somebody to ask", async ({ expect }) => {
    expect(await serviceWith().create(SERVICE_ACCOUNT)).toMatchObject({
      failure: { kind: "unsupported", field: "credentials.type" },
    });
    expect((await serviceWith({ hasServiceAccounts: true }).create(SERVICE_ACCOUNT)).ok).toBe(true);
  });

  it("needs a secret to encrypt with", async ({ expect }) => {
    const { create } = serviceWith({ missingSecret: "set BERTH_SECRET" });
    expect(await create(connect("https://connect.example.com"))).toMatchObject({ failure: { kind: "notConfigured" } });
  });
});

describe("an integration that is not there", () => {
  it("is not found, nor deleted, nor has uses", async ({ expect }) => {
    const { service } = serviceWith();
    const missing = { ok: false, failure: { kind: "notFound", what: "integration", id: "x" } };
    expect(await service.find(PRINCIPAL, "x")).toEqual(missing);
    expect(await service.remove(PRINCIPAL, "x")).toEqual(missing);
    expect(await service.uses(PRINCIPAL, "x")).toEqual(missing);
  });
});
