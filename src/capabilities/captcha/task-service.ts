import type { CaptchaKind, CaptchaTask } from "../../domain/captcha.ts";
import { pause } from "../../domain/within.ts";
import { type CaptchaSolver, CaptchaUnsolved } from "./captcha-solver.ts";

export interface TaskServiceOptions {
  /** `https://HOST` of the service. */
  readonly url: string;
  readonly key: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Between two questions for one puzzle. */
  readonly pollMs?: number;
  /** A puzzle that takes longer is given up. */
  readonly limitMs?: number;
}

const POLL_MS = 5000;
const LIMIT_MS = 180_000;
const REQUEST_MS = 15_000;
/** How sure of a person the service is to look, from 0 to 1: what most sites ask for. */
const MIN_SCORE = 0.7;

interface Answer {
  /** 0, or what went wrong. */
  readonly errorId?: number;
  readonly errorCode?: string;
  readonly taskId?: number | string;
  readonly status?: string;
  readonly solution?: { readonly token?: string; readonly gRecaptchaResponse?: string };
}

/**
 * The JSON API that services compatible with 2Captcha share: `createTask`, then `getTaskResult` until it is ready
 * (2Captcha API v2; Anti-Captcha and CapSolver speak the same).
 */
export class TaskService implements CaptchaSolver {
  readonly #options: TaskServiceOptions;

  constructor(options: TaskServiceOptions) {
    this.#options = options;
  }

  async solve(task: CaptchaTask, userAgent: string): Promise<string> {
    const { pollMs = POLL_MS, limitMs = LIMIT_MS } = this.#options;
    const { taskId } = await this.#ask("createTask", { task: toTask(task, userAgent) });
    if (taskId === undefined) throw new CaptchaUnsolved("the service took the puzzle and gave it no number");
    for (let waited = 0; waited < limitMs; waited += pollMs) {
      await pause(pollMs);
      const { status, solution } = await this.#ask("getTaskResult", { taskId });
      const token = solution?.token ?? solution?.gRecaptchaResponse;
      if (status === "ready" && token !== undefined && token !== "") return token;
      if (status !== "processing") throw new CaptchaUnsolved("the service answered without a solution");
    }
    throw new CaptchaUnsolved(`the service did not solve it in ${limitMs / 1000} s`);
  }

  async #ask(method: "createTask" | "getTaskResult", body: object): Promise<Answer> {
    const { url, key, fetch } = this.#options;
    // What the platform says of a failure may hold the address.
    const unreachable = (): never => {
      throw new CaptchaUnsolved("the service cannot be reached");
    };
    const response = await fetch(new URL(method, withSlash(url)).href, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ clientKey: key, ...body }),
      signal: AbortSignal.timeout(REQUEST_MS),
    }).catch(unreachable);
    const answer = await response.json<Answer>().catch((): Answer => ({ errorId: response.status }));
    if ((answer.errorId ?? 0) === 0 && response.ok) return answer;
    throw new CaptchaUnsolved(`the service refuses it: ${named(answer.errorCode) ?? `status ${response.status}`}`);
  }
}

const withSlash = (url: string): string => (url.endsWith("/") ? url : `${url}/`);

/** Codes of the API are words in capitals; anything else could be anything. */
const named = (code: string | undefined): string | undefined =>
  code !== undefined && /^[A-Z][A-Z\d_]{2,63}$/.test(code) ? code : undefined;

const TYPES: Readonly<Record<CaptchaKind, string>> = {
  recaptcha_v2: "RecaptchaV2TaskProxyless",
  recaptcha_v3: "RecaptchaV3TaskProxyless",
  hcaptcha: "HCaptchaTaskProxyless",
  turnstile: "TurnstileTaskProxyless",
};

/** As the API describes a puzzle. */
function toTask({ kind, siteKey, url, isInvisible, isEnterprise, action, data }: CaptchaTask, userAgent: string) {
  const common = { websiteURL: url, websiteKey: siteKey, userAgent };
  switch (kind) {
    case "recaptcha_v2":
      return {
        ...common,
        type: isEnterprise ? "RecaptchaV2EnterpriseTaskProxyless" : TYPES[kind],
        isInvisible,
        ...(data !== null && { recaptchaDataSValue: data }),
      };
    case "recaptcha_v3":
      return {
        ...common,
        type: TYPES[kind],
        minScore: MIN_SCORE,
        isEnterprise,
        ...(action !== null && { pageAction: action }),
      };
    case "hcaptcha":
      return { ...common, type: TYPES[kind], isInvisible };
    case "turnstile":
      return { ...common, type: TYPES[kind], ...(action !== null && { action }), ...(data !== null && { data }) };
    default:
      return kind satisfies never;
  }
}
