import { type DatabaseCall, faults } from "./faults.ts";

/** What a statement is for, by the words that only it has. */
const CALLS: readonly (readonly [DatabaseCall, RegExp])[] = [
  ["admission", /INSERT INTO sessions/],
  ["version", /INSERT INTO profile_versions/],
  ["end", /SET status = \?\d+, end_reason/],
  ["status", /UPDATE sessions SET\s+(?!status = \?\d+, end_reason)/],
];

const statements = new WeakMap<D1PreparedStatement, string>();

/** The real D1, and faults on the way to it or back. */
export function faultyDatabase(database: D1Database): D1Database {
  return new Proxy(database, {
    get(target, key) {
      if (key === "prepare") return (sql: string) => track(target.prepare(sql), sql);
      if (key === "batch") {
        return (batch: D1PreparedStatement[]) =>
          faults.throughDatabase(callOf(batch), () => target.batch(batch.map((one) => real.get(one) ?? one)));
      }
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

const real = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

function track(statement: D1PreparedStatement, sql: string): D1PreparedStatement {
  const tracked = new Proxy(statement, {
    get(target, key) {
      if (key === "bind") return (...values: unknown[]) => track(target.bind(...values), sql);
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      if (key !== "run" && key !== "first" && key !== "all" && key !== "raw") return value.bind(target) as unknown;
      const call = value.bind(target) as (...values: unknown[]) => Promise<unknown>;
      return (...values: unknown[]) => faults.throughDatabase(callOf([tracked]), () => call(...values));
    },
  });
  statements.set(tracked, sql);
  real.set(tracked, statement);
  return tracked;
}

function callOf(batch: readonly D1PreparedStatement[]): DatabaseCall | undefined {
  const sql = batch.map((one) => statements.get(one) ?? "").join("\n");
  return CALLS.find(([, words]) => words.test(sql))?.[0];
}
