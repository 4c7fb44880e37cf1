import { commandFile, runVisibly } from "./local/child-output.ts";
import { runMain } from "./local/run-main.ts";

runMain(() => runVisibly([commandFile("oxfmt")]));
