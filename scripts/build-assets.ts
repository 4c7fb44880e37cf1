import { buildAssets } from "./local/assets.ts";
import { runMain } from "./local/run-main.ts";

runMain(() => buildAssets());
