import type { CaptchaTask } from "../../domain/captcha.ts";

/** Somebody who solves puzzles. */
export interface CaptchaSolver {
  /**
   * Answers what the widget would have given the page.
   *
   * @param userAgent of the browser that shows the puzzle.
   * @throws CaptchaUnsolved with the reason.
   */
  solve(task: CaptchaTask, userAgent: string): Promise<string>;
}

/** The reason is for people, and holds no credential. */
export class CaptchaUnsolved extends Error {
  override readonly name = "CaptchaUnsolved";
}
