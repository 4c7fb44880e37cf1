import process from "node:process";
import { reportFailure } from "../setup/failure.mjs";

/** Runs a command's main function: its number is the exit code, and an error is told as one sentence with a remedy. */
export function runMain(main: () => Promise<number | void>): void {
  main()
    .catch(reportFailure)
    .then((code) => process.exit(code ?? 0))
    .catch(() => process.exit(1));
}
