import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";

type Commands = ProtocolMapping.Commands;

/** A client's protocol session as the quiet runtime uses it. */
export interface QuietPort {
  /** Sends a command of Berth's own on the client's session; its answer is not the client's. */
  readonly send: <M extends keyof Commands>(
    method: M,
    params: Commands[M]["paramsType"][0],
  ) => Promise<Commands[M]["returnType"]>;
  /** Tells the client of an event that the browser has not sent. */
  readonly emit: (method: string, params: object) => void;
}

/** A context that clients are told of, as `Runtime.ExecutionContextDescription`. */
export const describeContext = (context: MadeUpContext): object => ({
  context: { ...context, uniqueId: `${UNIQUE_PREFIX}${context.id}` },
});

interface MadeUpContext {
  readonly id: number;
  readonly origin: string;
  readonly name: string;
  readonly auxData: object;
}

const UNIQUE_PREFIX = "quiet.";

/** The context behind a `uniqueContextId` that was made up here. */
export function contextOfUniqueId(uniqueId: unknown): number | undefined {
  if (typeof uniqueId !== "string" || !uniqueId.startsWith(UNIQUE_PREFIX)) return undefined;
  return Number(uniqueId.slice(UNIQUE_PREFIX.length));
}

/** `isolate.context.object`: how V8 writes remote object ids (`remote-object-id.cc`). */
export function contextOfObject(objectId: string | undefined): number {
  const context = Number(objectId?.split(".")[1]);
  if (Number.isInteger(context)) return context;
  throw new Error("the browser writes object ids in an unknown form");
}
