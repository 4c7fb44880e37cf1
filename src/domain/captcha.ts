/** Puzzles that are told apart, by the widget that shows them. */
export const CAPTCHA_KINDS = ["recaptcha_v2", "recaptcha_v3", "hcaptcha", "turnstile"] as const;
export type CaptchaKind = (typeof CAPTCHA_KINDS)[number];

/** A puzzle that a page asks for. */
export interface CaptchaTask {
  readonly kind: CaptchaKind;
  /** The site's public key with the puzzle's vendor. */
  readonly siteKey: string;
  /** Of the document that has the widget. */
  readonly url: string;
  /** Nothing is shown: it is asked for by the page's own doing. */
  readonly isInvisible: boolean;
  readonly isEnterprise: boolean;
  /** What the page says that it is about (reCAPTCHA v3 and Turnstile). */
  readonly action: string | null;
  /** What else the widget was given (Turnstile's `cData`, reCAPTCHA's `data-s`). */
  readonly data: string | null;
}

export type CaptchaStatus = "solving" | "solved" | "failed";

/** A puzzle that a session met. */
export interface MetCaptcha {
  readonly kind: CaptchaKind;
  /** Of the document. */
  readonly host: string;
  readonly status: CaptchaStatus;
  /** Why it failed; `null` unless it did. */
  readonly reason: string | null;
  /** When it was met; epoch milliseconds. */
  readonly at: number;
  /** How long it took, in milliseconds; `null` while it is being solved. */
  readonly durationMs: number | null;
}
