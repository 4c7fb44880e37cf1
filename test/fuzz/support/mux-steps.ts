import * as fc from "fast-check";

/** What a client may ask for; the numbers choose among what there is at that moment. */
export type Request =
  | { readonly method: "Browser.close" | "Page.navigate" | "Runtime.evaluate" | "Runtime.runIfWaitingForDebugger" }
  | { readonly method: "Target.attachToBrowserTarget" | "Target.createBrowserContext" | "Target.getBrowserContexts" }
  | { readonly method: "Target.getTargets" }
  | {
      readonly method: "Target.attachToTarget" | "Target.closeTarget" | "Target.getTargetInfo";
      readonly target: number;
    }
  | { readonly method: "Target.createTarget" | "Target.disposeBrowserContext"; readonly context: number }
  | { readonly method: "Target.detachFromTarget"; readonly child: number }
  | { readonly method: "Target.setAutoAttach" | "Target.setDiscoverTargets"; readonly on: boolean };

/** Which session a command names: one of the sender's, another client's, one that has ended, or none at all. */
export type Whose = "own" | "root" | "foreign" | "ended" | "unknown";

/** One thing that happens. */
export type Step =
  | { readonly step: "connect"; readonly page: number | undefined; readonly promptly: boolean }
  | { readonly step: "leave" | "slow" | "binary" | "repeatId"; readonly client: number }
  | { readonly step: "send"; readonly client: number; readonly to: Whose; readonly n: number; readonly asks: Request }
  | { readonly step: "flood"; readonly client: number }
  | { readonly step: "work" | "deliver"; readonly n: number; readonly times: number }
  | { readonly step: "repeatAnswer" | "event" | "navigate" | "revive"; readonly n: number }
  | { readonly step: "newTarget"; readonly kind: TargetKind; readonly context: number; readonly parent: number }
  | { readonly step: "destroy" | "crash"; readonly n: number; readonly flag: boolean }
  | { readonly step: "wait5s" | "lose" | "restore" };

/** `ours` is a tab of Berth's own, taken out of every client's sight. */
export type TargetKind = "page" | "popup" | "iframe" | "worker" | "browser_ui" | "top-chrome" | "ours";

const small = fc.nat(7);
const client = fc.nat(3);
const of = <T extends string>(...names: T[]) => fc.constantFrom(...names);

const asks: fc.Arbitrary<Request> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ method: of("Runtime.evaluate", "Page.navigate") }) },
  { weight: 1, arbitrary: fc.record({ method: of("Runtime.runIfWaitingForDebugger", "Browser.close") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      method: of("Target.attachToBrowserTarget", "Target.createBrowserContext", "Target.getBrowserContexts"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ method: of("Target.getTargets") }) },
  {
    weight: 5,
    arbitrary: fc.record({
      method: of("Target.attachToTarget", "Target.attachToTarget", "Target.closeTarget", "Target.getTargetInfo"),
      target: small,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ method: of("Target.createTarget", "Target.disposeBrowserContext"), context: small }),
  },
  { weight: 2, arbitrary: fc.record({ method: of("Target.detachFromTarget"), child: small }) },
  {
    weight: 6,
    arbitrary: fc.record({
      method: of("Target.setAutoAttach", "Target.setDiscoverTargets"),
      on: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
    }),
  },
);

const send = fc.record({
  step: of("send"),
  client,
  to: of<Whose>("own", "own", "own", "own", "root", "root", "root", "foreign", "ended", "unknown"),
  n: small,
  asks,
});

const kind = of<TargetKind>("page", "page", "page", "popup", "iframe", "iframe", "worker", "browser_ui", "top-chrome");

/** Rare things are rare: most of a sequence is clients at work. */
export const muxStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: send },
  { weight: 14, arbitrary: fc.record({ step: of("work"), n: small, times: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 14,
    arbitrary: fc.record({ step: of("deliver"), n: fc.constant(0), times: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: of("connect"),
      page: fc.option(small, { nil: undefined, freq: 3 }),
      // Most connections should come about: without a client there is nothing to see.
      promptly: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: of("newTarget"),
      kind: fc.oneof({ weight: 9, arbitrary: kind }, fc.constant<TargetKind>("ours")),
      context: small,
      parent: small,
    }),
  },
  { weight: 7, arbitrary: fc.record({ step: of("repeatAnswer", "event", "navigate", "revive"), n: small }) },
  { weight: 5, arbitrary: fc.record({ step: of("destroy", "crash"), n: small, flag: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ step: of("leave", "repeatId"), client }) },
  { weight: 1, arbitrary: fc.record({ step: of("slow", "binary", "flood"), client }) },
  { weight: 2, arbitrary: fc.record({ step: of("wait5s", "lose", "restore") }) },
);
