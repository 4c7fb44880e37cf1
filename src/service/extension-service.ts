import type { ExtensionArchive } from "../accounts/extension-archive.ts";
import type { ExtensionStore } from "../accounts/extension-store.ts";
import type { Clock, IdSource } from "../domain/clock.ts";
import type { Extension } from "../domain/extension.ts";
import type { Failure } from "../domain/failure.ts";
import type { Principal } from "../domain/plan.ts";
import { fail, type Result, succeed } from "../domain/result.ts";
import { readExtension } from "./read-extension.ts";

/** An upload. */
export interface NewExtension {
  readonly name: string;
  /** A ZIP archive. */
  readonly content: Uint8Array;
}

/** The extensions of accounts. */
export interface ExtensionService {
  create(principal: Principal, extension: NewExtension): Promise<Result<Extension, Failure>>;
  /** The oldest first. */
  list(principal: Principal): Promise<readonly Extension[]>;
  find(principal: Principal, id: string): Promise<Result<Extension, Failure>>;
  /** Sessions that have loaded it keep what they have. */
  remove(principal: Principal, id: string): Promise<Result<{ readonly id: string }, Failure>>;
}

export interface ExtensionServiceDeps {
  readonly extensions: Pick<ExtensionStore, "add" | "count" | "list" | "find" | "remove">;
  readonly archive: Pick<ExtensionArchive, "put" | "remove">;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Of the archive as it is uploaded. */
export const MAX_EXTENSION_BYTES = 20 * 1024 * 1024;
export const MAX_EXTENSIONS = 100;

const noSuch = (id: string) => fail({ kind: "notFound", what: "extension", id } as const);
const FULL = fail({
  kind: "conflict",
  message: `The account has ${MAX_EXTENSIONS} extensions: delete some first`,
} as const);

export function createExtensionService(deps: ExtensionServiceDeps): ExtensionService {
  const { extensions, archive } = deps;
  return {
    create: (principal, extension) => create(deps, principal, extension),
    list: ({ accountId }) => extensions.list(accountId),
    async find({ accountId }, id) {
      const found = await extensions.find(accountId, id);
      return found === undefined ? noSuch(id) : succeed(found);
    },
    async remove({ accountId }, id) {
      if ((await extensions.find(accountId, id)) === undefined) return noSuch(id);
      // The object first: were it to stay, nobody would know of it, while the row can be deleted by asking again.
      await archive.remove(accountId, id);
      return (await extensions.remove(accountId, id)) ? succeed({ id }) : noSuch(id);
    },
  };
}

async function create(
  { extensions, archive, clock, ids }: ExtensionServiceDeps,
  { accountId }: Principal,
  { name, content }: NewExtension,
): Promise<Result<Extension, Failure>> {
  if (content.byteLength > MAX_EXTENSION_BYTES) {
    return invalidFile(`no more than ${MAX_EXTENSION_BYTES / 1024 / 1024} MB can be uploaded`);
  }
  const read = await readExtension(content);
  if (!read.ok) return invalidFile(read.failure);
  // Before anything is stored; the row asks again.
  if ((await extensions.count(accountId)) >= MAX_EXTENSIONS) return FULL;
  const now = clock.now();
  const extension = { id: ids.uuid(), name, ...read.value, createdAt: now, updatedAt: now };
  await archive.put(accountId, extension.id, content);
  if (await extensions.add(accountId, extension, MAX_EXTENSIONS)) return succeed(extension);
  await archive.remove(accountId, extension.id);
  return FULL;
}

const invalidFile = (problem: string): Result<never, Failure> =>
  fail({ kind: "invalidRequest", field: "file", message: `file: ${problem}` });
