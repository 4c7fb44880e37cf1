/** Secrets (`wrangler secret put NAME`) and optional variables: not in wrangler.toml, so not generated. */
declare namespace Cloudflare {
  interface Env {
    /** The credential of /admin. Unset: /admin is refused. */
    readonly ADMIN_TOKEN?: string;
    /** 32 characters or more; connect tokens are derived from it. Unset: no session can be created. */
    readonly BERTH_SECRET?: string;
    /** Secrets of before, one a line: profiles that they encrypted can still be read. */
    readonly BERTH_SECRET_PREVIOUS?: string;
    /** Where the `cdp-endpoint` engine finds its browser: `ws(s)://…` or `http(s)://…`. */
    readonly CDP_ENDPOINT?: string;
    /** Asked through proxies instead of this deployment's own `/ip`, which has to be reachable from the internet. */
    readonly EXIT_CHECK_URL?: string;
    /** One data point a session end. Unset: none is written. */
    readonly ANALYTICS?: AnalyticsEngineDataset;
  }
}
