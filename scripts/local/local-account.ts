import { type AdminClient, createAdminClient } from "./admin-client.ts";
import type { LocalSettings } from "./local-file.ts";

/** The largest plan: local use should meet no quota. */
const PLAN = "scale";

const NAME = "local";

interface Account {
  readonly id: string;
  readonly name: string;
}

/** The account and the key that local use goes through; they are made once and checked at every start. */
export async function ensureLocalAccount(
  settings: Partial<LocalSettings> & Pick<LocalSettings, "url" | "adminToken" | "secret">,
): Promise<LocalSettings> {
  const { accountId, apiKey } = settings;
  if (accountId && apiKey && (await isKeyValid(settings.url, apiKey))) {
    return { ...settings, accountId, apiKey };
  }
  const admin = createAdminClient(settings.url, settings.adminToken);
  const account = await findOrCreateAccount(admin, accountId);
  const { key } = await admin.request<{ key: string }>("POST", `/admin/accounts/${account}/keys`, { name: NAME });
  return { ...settings, accountId: account, apiKey: key };
}

async function isKeyValid(url: string, apiKey: string): Promise<boolean> {
  const response = await fetch(new URL("/v1/auth/me", url), { headers: { authorization: `Bearer ${apiKey}` } });
  await response.body?.cancel();
  return response.ok;
}

/** An account of that name from earlier is taken up again when only local.json was lost. */
async function findOrCreateAccount(admin: AdminClient, accountId: string | undefined): Promise<string> {
  const { items } = await admin.request<{ items: readonly Account[] }>("GET", "/admin/accounts");
  const known = items.find(({ id }) => id === accountId) ?? items.find(({ name }) => name === NAME);
  if (known) {
    return known.id;
  }
  const { id } = await admin.request<Account>("POST", "/admin/accounts", { name: NAME, plan: PLAN });
  return id;
}
