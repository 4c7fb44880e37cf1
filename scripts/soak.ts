import { runSoak } from "../bench/soak/main.ts";
import { runMain } from "./local/run-main.ts";

runMain(runSoak);
