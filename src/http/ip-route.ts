import type { Hono } from "hono";
import { isPrivateHost } from "../domain/private-host.ts";
import type { ProxyExit } from "../domain/proxy-exit.ts";
import type { AppEnv } from "./app-env.ts";

/**
 * `GET /ip`: who asks, and where that address is, as Cloudflare knows it. Sessions ask it through their proxies; it
 * needs no credential, for it tells everybody of themselves only.
 */
export function installIp(app: Hono<AppEnv>): void {
  app.get("/ip", (c) => c.json(whoAsks(c.req.raw), 200, { "cache-control": "no-store" }));
}

/** Cloudflare's word for a country that it does not know. */
const UNKNOWN = "XX";

function whoAsks(request: Request): ProxyExit {
  const ip = request.headers.get("cf-connecting-ip") ?? "";
  // The local runtime places every address in one city.
  const cf = ip === "" || isPrivateHost(ip.includes(":") ? `[${ip}]` : ip) ? undefined : request.cf;
  const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
  const degrees = (value: unknown): number | null => (typeof value === "string" ? Number(value) : null);
  return {
    ip,
    country: cf?.["country"] === UNKNOWN ? null : text(cf?.["country"]),
    region: text(cf?.["region"]),
    city: text(cf?.["city"]),
    timezone: text(cf?.["timezone"]),
    latitude: degrees(cf?.["latitude"]),
    longitude: degrees(cf?.["longitude"]),
  };
}
