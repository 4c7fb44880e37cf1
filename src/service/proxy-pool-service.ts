import type { NewPool, PoolChange, ProxyPoolStore, SealedPool } from "../accounts/proxy-pool-store.ts";
import { UnreadableCredentials } from "../accounts/sealed-credentials.ts";
import type { Failure } from "../domain/failure.ts";
import { isPrivateHost } from "../domain/private-host.ts";
import type { PoolCredentials, PoolDescription } from "../domain/proxy-pool.ts";
import { type Placeholder, placeholdersOf } from "../domain/proxy-template.ts";
import type { Result } from "../domain/result.ts";
import { fail, succeed } from "../domain/result.ts";

export type { NewPool } from "../accounts/proxy-pool-store.ts";

/** Whether a pool has credentials, and whether this deployment can read them. */
export type CredentialState = "set" | "none" | "unreadable";

/** A pool as operators see it. */
export interface ShownPool extends PoolDescription {
  readonly credentials: CredentialState;
}

/** A change of a pool, in which user name and password may come alone. */
export type ProxyPoolChange = Partial<NewPool>;

/** What an operator can be told. */
export type PoolFailure = Extract<Failure, { kind: "invalidRequest" | "notFound" | "notConfigured" }>;

type Answer<T> = Promise<Result<T, PoolFailure>>;

/** The operator's side of the proxy pools. */
export interface ProxyPoolService {
  list(): Promise<readonly ShownPool[]>;
  find(id: string): Answer<ShownPool>;
  create(pool: NewPool): Answer<ShownPool>;
  update(id: string, change: ProxyPoolChange): Answer<ShownPool>;
  /** Sessions that use the pool keep what they have. */
  remove(id: string): Answer<{ readonly id: string }>;
}

export interface ProxyPoolServiceDeps {
  readonly pools: ProxyPoolStore;
  /** Loopback, private and metadata hosts are proxies too. */
  readonly allowPrivateNetwork: boolean;
  /** What the operator has to do before credentials can be stored, in one sentence. */
  readonly missingSecret: string | undefined;
}

/** A pool as it would be: `null` for credentials that cannot be read. */
interface Draft extends Pick<PoolDescription, "protocol" | "hasRegions" | "hasCities"> {
  readonly credentials: PoolCredentials | null;
  readonly hasCredentials: boolean;
}

const invalid = (field: string, predicate: string): PoolFailure => ({
  kind: "invalidRequest",
  field,
  message: `${field} ${predicate}`,
});

const noSuch = (id: string) => fail({ kind: "notFound", what: "proxy pool", id } as const);

/** Rules between fields. */
function problemOf({ protocol, hasRegions, hasCities, credentials, hasCredentials }: Draft): PoolFailure | undefined {
  if (protocol === "socks5" && hasCredentials) {
    return invalid("protocol", "must not be socks5 with credentials: Chromium cannot authenticate to SOCKS5 proxies");
  }
  if (credentials === null) return undefined;
  const { username, password } = credentials;
  if (username === "" && password !== "") return invalid("username", "is required with a password");
  const uses = (placeholder: Placeholder) =>
    [username, password].some((template) => placeholdersOf(template).has(placeholder));
  if (hasRegions && !uses("region")) return invalid("hasRegions", "needs {region} in username or password");
  if (hasCities && !uses("city")) return invalid("hasCities", "needs {city} in username or password");
  return undefined;
}

/** Sealed credentials in the clear, or `null`. */
async function read(pools: ProxyPoolStore, pool: SealedPool): Promise<PoolCredentials | null> {
  try {
    const { username, password } = await pools.unseal(pool);
    return { username, password };
  } catch (error) {
    if (error instanceof UnreadableCredentials) return null;
    throw error;
  }
}

export function createProxyPoolService({ pools, ...rules }: ProxyPoolServiceDeps): ProxyPoolService {
  async function show({ sealed, ...pool }: SealedPool): Promise<ShownPool> {
    if (sealed === null) return { ...pool, credentials: "none" };
    const isReadable = (await read(pools, { ...pool, sealed })) !== null;
    return { ...pool, credentials: isReadable ? "set" : "unreadable" };
  }

  const refusedHost = (host: string | undefined): PoolFailure | undefined =>
    host !== undefined && !rules.allowPrivateNetwork && isPrivateHost(host)
      ? invalid("host", "must be a public host, unless ALLOW_PRIVATE_NETWORK is set")
      : undefined;

  const unstorable = (credentials: PoolCredentials | undefined): PoolFailure | undefined =>
    rules.missingSecret !== undefined && credentials !== undefined && credentials.username !== ""
      ? { kind: "notConfigured", message: rules.missingSecret }
      : undefined;

  return {
    list: async () => Promise.all((await pools.list()).map(show)),
    async find(id) {
      const pool = await pools.find(id);
      return pool === undefined ? noSuch(id) : succeed(await show(pool));
    },
    async create(pool) {
      const { username, password } = pool;
      const credentials = { username, password };
      const draft = { ...pool, credentials, hasCredentials: username !== "" };
      const failure = refusedHost(pool.host) ?? problemOf(draft) ?? unstorable(credentials);
      return failure === undefined ? succeed(await show(await pools.create(pool))) : fail(failure);
    },
    async update(id, change) {
      const pool = await pools.find(id);
      if (pool === undefined) return noSuch(id);
      const planned = await planChange(pools, pool, change);
      if (!planned.ok) return planned;
      const failure = refusedHost(change.host) ?? unstorable(planned.value.credentials);
      if (failure !== undefined) return fail(failure);
      const updated = await pools.update(id, planned.value);
      return updated === undefined ? noSuch(id) : succeed(await show(updated));
    },
    remove: async (id) => ((await pools.remove(id)) ? succeed({ id }) : noSuch(id)),
  };
}

/** The change with whole credentials, when the pool may be changed so. */
async function planChange(pools: ProxyPoolStore, pool: SealedPool, change: ProxyPoolChange): Answer<PoolChange> {
  const { username, password, ...described } = change;
  const held = await read(pools, pool);
  const isWhole = username !== undefined && password !== undefined;
  if (held === null && !isWhole && (username !== undefined || password !== undefined)) {
    const missing = username === undefined ? "username" : "password";
    return fail(invalid(missing, "is required too: the stored credentials cannot be read"));
  }
  const isNew = username !== undefined || password !== undefined;
  const credentials = isNew
    ? { username: username ?? held?.username ?? "", password: password ?? held?.password ?? "" }
    : held;
  const hasCredentials = credentials === null || credentials.username !== "";
  const { protocol, hasRegions, hasCities } = { ...pool, ...described };
  const failure = problemOf({ protocol, hasRegions, hasCities, credentials, hasCredentials });
  if (failure !== undefined) return fail(failure);
  return succeed({ ...described, ...(isNew && credentials !== null && { credentials }) });
}
