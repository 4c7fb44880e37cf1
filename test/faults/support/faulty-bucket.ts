import { type BucketCall, faults } from "./faults.ts";

const CALLS: ReadonlySet<string | symbol> = new Set<BucketCall>(["get", "put", "delete"]);

/** The real R2, and faults on the way to it or back. */
export function faultyBucket(bucket: R2Bucket): R2Bucket {
  return new Proxy(bucket, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...values: unknown[]) => Promise<unknown>;
      if (!CALLS.has(key)) return call;
      return (...values: unknown[]) => faults.throughBucket(key as BucketCall, values[0], () => call(...values));
    },
  });
}
