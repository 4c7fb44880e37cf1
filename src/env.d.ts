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
    /** A service that solves captchas, compatible with 2Captcha's JSON API, and its key. Unset: they are not solved. */
    readonly CAPTCHA_SOLVER_URL?: string;
    readonly CAPTCHA_SOLVER_KEY?: string;
    /** Milliseconds between two questions for one puzzle, for services of one's own. */
    readonly CAPTCHA_POLL_MS?: string;
    /** One data point a session end. Unset: none is written. */
    readonly ANALYTICS?: AnalyticsEngineDataset;
  }
}
