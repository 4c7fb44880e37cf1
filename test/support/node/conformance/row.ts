import type { Dialect } from "../api.ts";
import { at, idOf, mustBe, type World } from "./world.ts";

/** Throws where the deployment does otherwise than the document says. */
export type Check = (world: World) => Promise<void>;

/** One field of a document: what it is when it is left out, what it does, and how a wrong one is refused. */
export interface Row {
  readonly field: string;
  readonly byDefault?: Check;
  readonly rule?: Check;
  readonly error?: Check;
  /** The rule is that it is refused by name: this version does not have it. */
  readonly isMissing?: boolean;
}

export const COLUMNS = ["byDefault", "rule", "error"] as const;
export type Column = (typeof COLUMNS)[number];

/** What a test leaves in its report, for the table. */
export interface ConformanceMeta {
  readonly document: string;
  readonly field: string;
  readonly column: Column;
  /** What the table says where the check holds. */
  readonly holds: "pass" | "refused";
}

type Body = object | ((world: World) => object) | undefined;

const bodyOf = (world: World, body: Body): object | undefined => (typeof body === "function" ? body(world) : body);

/** Checks in the words of one dialect. */
export function checksOf(dialect: Dialect) {
  /** A session that is asked for so shows this value at the path. */
  const shows =
    (body: Body, path: string, wanted: unknown): Check =>
    async (world) =>
      mustBe(path, at(await world.shown(dialect, bodyOf(world, body)), path), wanted);
  return {
    shows,
    /** So does one that is asked for without anything. */
    isByDefault: (path: string, wanted: unknown): Check => shows(undefined, path, wanted),
    /** A session that is asked for so is given, whatever it shows. */
    takes:
      (body: Body): Check =>
      async (world) =>
        void (await world.shown(dialect, bodyOf(world, body))),
    /** A request is refused with this status, and a message that holds these words. */
    refuses:
      (body: unknown, status: number, words: string): Check =>
      async (world) => {
        const answer = await world.create(dialect, typeof body === "function" ? (body(world) as unknown) : body);
        const id = answer.status < 300 ? idOf(answer.body) : undefined;
        if (id !== undefined) await world.api.destroy(id);
        mustBe("status", answer.status, status);
        const message = String(at(answer.body, "error.message"));
        if (!message.includes(words)) throw new Error(`the message is "${message}", and should say "${words}"`);
      },
  };
}

/** One check after the other. */
export const all =
  (...checks: readonly Check[]): Check =>
  async (world) => {
    for (const check of checks) await check(world);
  };
