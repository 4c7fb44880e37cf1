/** Something that a session promised could not be put in force: it must not run without. */
export class CapabilityError extends Error {
  override readonly name = "CapabilityError";

  constructor(capability: string, cause: unknown) {
    super(`${capability}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
