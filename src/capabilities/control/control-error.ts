/** What was asked of a page did not happen. The message is for whoever asked. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  /** `invalid` names the field that cannot be; `timedOut` and `rejected` are the page's. */
  readonly kind: "invalid" | "timedOut" | "rejected";
  readonly field: string | undefined;

  constructor(kind: ControlError["kind"], message: string, field?: string) {
    super(message);
    this.kind = kind;
    this.field = field;
  }
}
