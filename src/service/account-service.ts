import type { Account, AccountChange, AccountStore } from "../accounts/account-store.ts";
import type { ApiKey, ApiKeyStore, NewApiKey } from "../accounts/api-key-store.ts";
import type { PlanStore } from "../accounts/plan-store.ts";
import type { Failure } from "../domain/failure.ts";
import type { Plan } from "../domain/plan.ts";
import type { Result } from "../domain/result.ts";
import { fail, succeed } from "../domain/result.ts";
import type { MonthlyUsage, UsageService } from "./usage-service.ts";

export type { Account } from "../accounts/account-store.ts";
export type { ApiKey, NewApiKey } from "../accounts/api-key-store.ts";

/** What an operator can be told. */
export type AccountFailure = Extract<Failure, { kind: "invalidRequest" | "notFound" }>;

type Answer<T> = Promise<Result<T, AccountFailure>>;

/** The operator's side: who may use this deployment, and how much. */
export interface AccountService {
  createAccount(account: { readonly name: string; readonly plan: string }): Answer<Account>;
  listAccounts(): Promise<readonly Account[]>;
  findAccount(id: string): Answer<Account>;
  /** A new plan holds from the account's next request on. */
  updateAccount(id: string, change: AccountChange): Answer<Account>;
  /** The answer is the only time that the key can be read. */
  createKey(accountId: string, name: string): Answer<NewApiKey>;
  listKeys(accountId: string): Answer<readonly ApiKey[]>;
  /** Revoking a revoked key changes nothing. */
  revokeKey(id: string): Answer<ApiKey>;
  /** `month` is `YYYY-MM`, the current one when absent. */
  usage(accountId: string, month?: string): Answer<MonthlyUsage>;
  listPlans(): Promise<readonly Plan[]>;
  /** Creates the plan or replaces it, and answers which. */
  savePlan(plan: Plan): Promise<"created" | "replaced">;
}

export interface AccountServiceDeps {
  readonly accounts: AccountStore;
  readonly keys: Pick<ApiKeyStore, "create" | "list" | "revoke">;
  readonly plans: PlanStore;
  readonly usage: UsageService;
}

const noSuch = (what: "account" | "API key", id: string) => fail({ kind: "notFound", what, id } as const);

const noSuchPlan = (plan: string) =>
  fail({ kind: "invalidRequest", field: "plan", message: `There is no plan named ${JSON.stringify(plan)}` } as const);

const found = <T>(value: T | undefined, what: "account" | "API key", id: string): Result<T, AccountFailure> =>
  value === undefined ? noSuch(what, id) : succeed(value);

export function createAccountService({ accounts, keys, plans, usage }: AccountServiceDeps): AccountService {
  async function onAccount<T>(id: string, ask: (account: Account) => Promise<T>): Answer<T> {
    const account = await accounts.find(id);
    return account === undefined ? noSuch("account", id) : succeed(await ask(account));
  }

  return {
    async createAccount(account) {
      if ((await plans.find(account.plan)) === undefined) return noSuchPlan(account.plan);
      return succeed(await accounts.create(account));
    },
    listAccounts: () => accounts.list(),
    findAccount: async (id) => found(await accounts.find(id), "account", id),
    async updateAccount(id, change) {
      const { plan } = change;
      if (plan !== undefined && (await plans.find(plan)) === undefined) return noSuchPlan(plan);
      return found(await accounts.update(id, change), "account", id);
    },
    createKey: (accountId, name) => onAccount(accountId, (account) => keys.create(account.id, name)),
    listKeys: (accountId) => onAccount(accountId, (account) => keys.list(account.id)),
    revokeKey: async (id) => found(await keys.revoke(id), "API key", id),
    usage: (accountId, month) =>
      onAccount(accountId, async (account) => {
        const plan = await plans.find(account.plan);
        if (plan === undefined) throw new Error(`Account ${account.id} has plan ${account.plan}, which is not there`);
        return usage.usage({ accountId: account.id, plan }, month);
      }),
    listPlans: () => plans.list(),
    async savePlan(plan) {
      const existing = await plans.find(plan.name);
      await plans.save(plan);
      return existing === undefined ? "created" : "replaced";
    },
  };
}
