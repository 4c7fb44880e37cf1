import type { EgressProblem } from "../../domain/proxy-exit.ts";

/** The way out that a session was to have is not there. The message holds no credential. */
export class EgressError extends Error {
  override readonly name = "EgressError";
  readonly problem: EgressProblem;

  constructor(problem: EgressProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
