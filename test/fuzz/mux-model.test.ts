import * as fc from "fast-check";
import { it, vi } from "vitest";
import { runCampaign, SHARE } from "./support/campaign.ts";
import { type Ending, finish, run } from "./support/mux-run.ts";
import { muxStep } from "./support/mux-steps.ts";
import { MuxWorld } from "./support/mux-world.ts";

it("whatever happens to clients, tabs and the browser, everybody gets their own answers, once", (context) =>
  runCampaign(context, {
    name: "mux sequences",
    share: SHARE.mux,
    arbitrary: fc.record({
      shared: fc.boolean(),
      steps: fc.array(muxStep, { maxLength: 100, size: "max" }),
      ending: fc.constantFrom<Ending>("answered", "lost"),
    }),
    check: async ({ shared, steps, ending }) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      try {
        const world = await MuxWorld.open(shared, (ms) => vi.advanceTimersByTime(ms));
        for (const step of steps) await run(world, step);
        await finish(world, ending);
        world.close();
      } finally {
        vi.useRealTimers();
      }
    },
  }));
