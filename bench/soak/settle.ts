import { setTimeout as sleep } from "node:timers/promises";
import type { Unconfirmed } from "./model.ts";
import { navigate, setCookie, type StepContext } from "./steps.ts";
import { lookAtTabs, type SeenTab } from "./tabs.ts";

/** A command that was under way when its connection went takes effect in this time, or never. */
const TAKES_EFFECT_MS = 2_000;
const LOOK_AGAIN_MS = 100;

/**
 * After a connection was lost in the middle of a step: finishes the step, or undoes it, so that the session's state
 * is known again. Whatever the step did not concern is left for the comparison.
 */
export async function settleUnconfirmed(context: StepContext): Promise<void> {
  const { model } = context;
  const left = model.unconfirmed;
  if (!left) return;
  const tab = await findConcerned(context, left);
  switch (left.kind) {
    case "open":
    case "navigate":
      if (tab) await navigate(context, tab.page, tab.targetId);
      break;
    case "close":
      // It may be closing this moment: either way it is closed.
      await tab?.page.close().catch(() => undefined);
      model.tabs.delete(left.targetId);
      break;
    case "cookie":
      await setCookie(context);
      break;
    default:
      left satisfies never;
  }
  model.unconfirmed = undefined;
}

/** The tab that the step was about; a new one may show up late. */
async function findConcerned({ browser, model }: StepContext, left: Unconfirmed): Promise<SeenTab | undefined> {
  if (left.kind === "cookie") return undefined;
  const startedAt = performance.now();
  for (;;) {
    const { tabs } = await lookAtTabs(browser);
    const found = tabs.find(({ targetId }) =>
      left.kind === "open" ? !model.tabs.has(targetId) : targetId === left.targetId,
    );
    if (found || left.kind !== "open" || performance.now() - startedAt > TAKES_EFFECT_MS) return found;
    await sleep(LOOK_AGAIN_MS);
  }
}
