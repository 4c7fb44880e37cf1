import type { Hono } from "hono";

/** What every route finds in `c.var`. */
export interface AppEnv {
  Variables: { requestId: string };
}

/** Adds routes outside `/v1`: sockets, pages, documents. Runs once, when the app is built. */
export type RouteInstaller = (app: Hono<AppEnv>) => void;
