import { UnreadableObject } from "../accounts/key-ring.ts";
import { ProfileTooLarge, type ProfileVault, type Staging } from "../accounts/profile-vault.ts";
import type { Failure, ProfileProblem } from "../domain/failure.ts";
import type { ProfileId } from "../domain/ids.ts";
import type {
  ContentLine,
  ContentPart,
  OriginContent,
  ProfileManifest,
  StagedVersion,
} from "../domain/profile-content.ts";
import type { StorageState, StorageStateOrigin } from "../domain/storage-state.ts";
import {
  fromStateCookie,
  toDatabase,
  toLines,
  toRecord,
  toStateCookie,
  toStore,
} from "../domain/storage-state-content.ts";

/** UTF-16 code units of one object, at most: several have to fit into a Worker's memory. */
const PIECE_UNITS = 4_000_000;

export function profileFailure(error: unknown, otherwise: ProfileProblem): Failure {
  const isTooLarge = error instanceof ProfileTooLarge;
  const problem = isTooLarge ? "too_large" : error instanceof UnreadableObject ? "unreadable" : otherwise;
  return { kind: "profileFailed", problem, reason: error instanceof Error ? error.message : String(error) };
}

/** Stores a storage state as content of a profile. Nothing is left of it when that fails. */
export async function stageState(
  vault: ProfileVault,
  profileId: ProfileId,
  state: StorageState,
): Promise<StagedVersion> {
  const staging = vault.stage(profileId);
  try {
    const origins: OriginContent[] = [];
    for (const origin of state.origins) {
      const parts = await stageOrigin(staging, origin);
      if (parts.length > 0) origins.push({ origin: origin.origin, parts });
    }
    return await staging.finish({ format: 1, cookies: state.cookies.map(fromStateCookie), origins, tabs: [] });
  } catch (error) {
    await staging.abandon();
    throw error;
  }
}

async function stageOrigin(staging: Staging, origin: StorageStateOrigin): Promise<ContentPart[]> {
  const parts: ContentPart[] = [];
  let held = "";
  const flush = async (least: number): Promise<void> => {
    while (held.length > least) {
      const last = held.charCodeAt(PIECE_UNITS - 1);
      // Half of a character is no text.
      const end = last >= 0xd800 && last <= 0xdbff ? PIECE_UNITS - 1 : PIECE_UNITS;
      parts.push(await staging.put(held.slice(0, end)));
      held = held.slice(end);
    }
  };
  for (const line of toLines(origin)) {
    held += `${JSON.stringify(line)}\n`;
    await flush(PIECE_UNITS);
  }
  await flush(0);
  return parts;
}

/** A profile's content as the JSON of a storage state, one object of it in memory at a time. */
export function writeState(vault: ProfileVault, manifest: ProfileManifest): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = statePieces(vault, manifest);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

async function* statePieces(vault: ProfileVault, manifest: ProfileManifest): AsyncGenerator<string, void> {
  yield `{"cookies":${JSON.stringify(manifest.cookies.map(toStateCookie))},"origins":[`;
  for (const [at, content] of manifest.origins.entries()) {
    yield `${at === 0 ? "" : ","}{"origin":${JSON.stringify(content.origin)},`;
    yield* originPieces(linesOf(vault, content));
  }
  yield "]}";
}

async function* linesOf(vault: ProfileVault, { parts }: OriginContent): AsyncGenerator<readonly ContentLine[]> {
  let rest = "";
  for (const part of parts) {
    const lines = (rest + (await vault.read(part))).split("\n");
    rest = lines.pop() ?? "";
    yield lines.map((line) => JSON.parse(line) as ContentLine);
  }
  if (rest !== "") yield [JSON.parse(rest) as ContentLine];
}

/** Databases hold stores and stores hold records, which come line by line: what is open is closed as it must be. */
async function* originPieces(batches: AsyncGenerator<readonly ContentLine[]>): AsyncGenerator<string, void> {
  const state = { hasLocal: false, databases: 0, stores: 0, records: 0 };
  for await (const lines of batches) {
    let text = "";
    for (const line of lines) text += pieceOf(line, state);
    yield text;
  }
  if (!state.hasLocal) yield `"localStorage":[]`;
  if (state.databases > 0) yield `${state.stores > 0 ? "]}" : ""}]}]`;
  yield "}";
}

interface Written {
  hasLocal: boolean;
  databases: number;
  /** Of the database that is open. */
  stores: number;
  /** Of the store that is open. */
  records: number;
}

function pieceOf(line: ContentLine, state: Written): string {
  if ("local" in line) {
    state.hasLocal = true;
    return `"localStorage":${JSON.stringify(line.local.map(([name, value]) => ({ name, value })))}`;
  }
  if ("database" in line) {
    const before =
      state.databases > 0 ? `${state.stores > 0 ? "]}" : ""}]},` : `${beforeDatabases(state)}"indexedDB":[`;
    Object.assign(state, { databases: state.databases + 1, stores: 0, records: 0 });
    return `${before}${openObject(toDatabase(line), "stores")}`;
  }
  if ("store" in line) {
    const before = state.stores > 0 ? "]}," : "";
    Object.assign(state, { stores: state.stores + 1, records: 0 });
    return `${before}${openObject(toStore(line), "records")}`;
  }
  state.records += 1;
  return `${state.records > 1 ? "," : ""}${JSON.stringify(toRecord(line))}`;
}

function beforeDatabases(state: Written): string {
  const local = state.hasLocal ? "" : `"localStorage":[]`;
  state.hasLocal = true;
  return `${local},`;
}

/** `{…,"LIST":[`: whoever goes on closes both. */
const openObject = (head: object, list: string): string => `${JSON.stringify(head).slice(0, -1)},"${list}":[`;
