import { z } from "@hono/zod-openapi";

const limit = (description: string, example: number) => z.int().openapi({ description, example });

/** Answer to `GET /v1/auth/me`. */
export const Account = z
  .object({
    accountId: z.string().openapi({ description: "The account that the API key belongs to.", example: "acct_123" }),
    key: z.object({
      id: z.string().openapi({ description: "Names the key without being it.", example: "key_abcdefgh12345672" }),
      name: z.string().openapi({ description: "Name that the key was given.", example: "production" }),
    }),
    plan: z.string().openapi({ description: "Name of the account's plan.", example: "free" }),
    limits: z.object({
      monthlySessions: limit("Sessions included in a calendar month (UTC).", 100),
      monthlySessionsAreHard: z.boolean().openapi({ description: "Whether more are refused, rather than billed." }),
      concurrentSessions: limit("Sessions that may exist at once.", 2),
      requestsPerMinute: limit("API requests in a minute.", 60),
      sessionSeconds: z
        .number()
        .nullable()
        .openapi({ description: "Longest life of a session in seconds; `null` for no bound of the plan's." }),
      proxyTypes: z.array(z.string()).openapi({ description: "Proxy types that sessions may use." }),
    }),
  })
  .openapi("Account");
export type Account = z.infer<typeof Account>;

/** Answer to `GET /v1/billing/usage`. */
export const Usage = z
  .object({
    plan: z.string().openapi({ description: "Name of the account's plan.", example: "free" }),
    active: z.int().openapi({ description: "Sessions that exist now.", example: 1 }),
    today: z.int().openapi({ description: "Sessions created since 00:00 UTC.", example: 4 }),
    month: z.object({
      period: z.string().openapi({ description: "Calendar month (UTC).", example: "2026-10" }),
      sessions: z.int().openapi({ description: "Sessions counted; failed launches are not.", example: 47 }),
      limit: z.int().openapi({ description: "Sessions included in the plan.", example: 100 }),
      browserSeconds: z.number().openapi({ description: "Browser time of ended sessions, in seconds.", example: 1200 }),
      proxyBytes: z.int().openapi({
        description: "What ended sessions moved through Berth's proxies, both ways, in bytes.",
        example: 734_003_200,
      }),
    }),
    concurrentLimit: z.int().openapi({ description: "Sessions that may exist at once.", example: 2 }),
  })
  .openapi("Usage");
export type Usage = z.infer<typeof Usage>;

/** Answer to `GET /v1/status`. */
export const Status = z
  .object({
    status: z.literal("operational").openapi({ description: "The API answers." }),
    version: z.string().openapi({ description: "Version of Berth.", example: "0.1.0" }),
    plan: z.string().openapi({ description: "Name of the account's plan.", example: "free" }),
    usage: z.object({
      active: z.int().openapi({ description: "Sessions that exist now.", example: 1 }),
      today: z.int().openapi({ description: "Sessions created since 00:00 UTC.", example: 4 }),
      month: z.int().openapi({ description: "Sessions counted this month.", example: 47 }),
      limit: z.int().openapi({ description: "Sessions included in a month.", example: 100 }),
    }),
  })
  .openapi("Status");
export type Status = z.infer<typeof Status>;
