import { type CaptchaSolver, CaptchaUnsolved } from "../capabilities/captcha/captcha-solver.ts";
import type { CaptchaTask, MetCaptcha } from "../domain/captcha.ts";
import type { Clock } from "../domain/clock.ts";
import type { Logger } from "../observability/logger.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";

export interface SessionCaptchasOptions {
  readonly deps: {
    /** `undefined` where the operator has set none up. */
    readonly captchaSolver: CaptchaSolver | undefined;
    readonly clock: Clock;
    readonly logger: Logger;
  };
  readonly store: SessionStore;
  /** Tells every CDP client of an event. */
  readonly tell: (event: string, params: object) => void;
}

/** The latest ones are remembered. */
const MOST = 50;

/** Puzzles that a session meets, and what becomes of them. */
export class SessionCaptchas {
  readonly #options: SessionCaptchasOptions;

  constructor(options: SessionCaptchasOptions) {
    this.#options = options;
  }

  /** Has a puzzle solved; `undefined` for one that nobody has: a person may, in the live view. Never rejects. */
  async solve(task: CaptchaTask, userAgent: string): Promise<string | undefined> {
    const { deps, tell } = this.#options;
    const { captchaSolver, clock, logger } = deps;
    const at = clock.now();
    const { host } = new URL(task.url);
    const met: MetCaptcha = { kind: task.kind, host, status: "solving", reason: null, at, durationMs: null };
    const about = { kind: task.kind, url: task.url };
    this.#note(met);
    tell("Berth.captchaDetected", about);
    try {
      if (captchaSolver === undefined) throw new CaptchaUnsolved("this deployment has no solver any more");
      const token = await captchaSolver.solve(task, userAgent);
      this.#note({ ...met, status: "solved", durationMs: clock.now() - at });
      tell("Berth.captchaSolved", { ...about, durationMs: clock.now() - at });
      return token;
    } catch (error) {
      const reason = error instanceof CaptchaUnsolved ? error.message : "the solver failed";
      logger.warn("session.captcha_unsolved", { sessionId: this.#record()?.id, host, kind: task.kind, error });
      this.#note({ ...met, status: "failed", reason, durationMs: clock.now() - at });
      tell("Berth.captchaFailed", { ...about, reason });
      return undefined;
    }
  }

  /** The same puzzle again takes its own place. */
  #note(met: MetCaptcha): void {
    const captchas = this.#record()?.captchas;
    // A session that has ended meanwhile has nothing more to say.
    if (captchas === undefined) return;
    const others = captchas.filter(({ at, kind, host }) => at !== met.at || kind !== met.kind || host !== met.host);
    this.#options.store.update({ captchas: [...others, met].slice(-MOST) });
  }

  #record(): SessionRecord | undefined {
    return this.#options.store.read();
  }
}
