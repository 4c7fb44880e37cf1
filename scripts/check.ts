import { runChecks } from "./local/checks.ts";
import { runMain } from "./local/run-main.ts";

runMain(async () => ((await runChecks()).length === 0 ? 0 : 1));
