import { runBench } from "../bench/main.ts";
import { runMain } from "./local/run-main.ts";

runMain(runBench);
