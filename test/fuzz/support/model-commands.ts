import type { SentCommand } from "../../support/worker/fake-browser.ts";
import type { ModelBrowser, ModelSession } from "./model-browser.ts";

/** Says whose a message is, without being taken for the id itself. */
export const mark = (sessionId: string): string => sessionId.toLowerCase();

type Outcome = { readonly result: object } | { readonly error: string };
type Handler = (browser: ModelBrowser, session: ModelSession, params: Record<string, unknown>) => Outcome;

export const DEFAULT_CONTEXT = "C0000";
/** Another session's, in a browser that sessions share. */
export const FOREIGN_CONTEXT = "C9999";

const NOT_ALLOWED: Outcome = { error: "Not allowed" };
const done = (result: object = {}): Outcome => ({ result });

/** Chromium answers these on a session of the whole browser only. */
const onBrowser =
  (handler: Handler): Handler =>
  (browser, session, params) =>
    session.targetId === undefined ? handler(browser, session, params) : NOT_ALLOWED;

const setDiscoverTargets: Handler = (browser, session, { discover }) => {
  const starts = discover === true && !session.discovers;
  session.discovers = discover === true;
  if (starts) {
    for (const { info } of browser.targets.values()) {
      browser.event(session.id, "Target.targetCreated", { targetInfo: info });
    }
  }
  return done();
};

const setAutoAttach: Handler = (browser, session, { autoAttach }) => {
  const children = [...browser.sessions.values()].filter(({ parentId, isAuto }) => isAuto && parentId === session.id);
  session.autoAttach = autoAttach === true;
  if (!session.autoAttach) {
    for (const child of children) browser.endSession(child);
    return done();
  }
  for (const [targetId, { parentId }] of browser.targets) {
    if (parentId !== session.targetId || children.some((child) => child.targetId === targetId)) continue;
    browser.attach(session, { targetId, isAuto: true });
  }
  return done();
};

const attachToTarget: Handler = (browser, session, { targetId }) => {
  const target = browser.targets.get(String(targetId));
  if (!target) return { error: "No target with given id found" };
  // The event comes before the answer.
  return done({ sessionId: browser.attach(session, { targetId: target.info.targetId, isAuto: false }) });
};

const detachFromTarget: Handler = (browser, session, { sessionId }) => {
  const child = browser.sessions.get(String(sessionId));
  if (child === undefined || child.id === "" || child.parentId !== session.id) {
    return { error: "No session with given id" };
  }
  browser.endSession(child);
  return done();
};

const disposeBrowserContext: Handler = (browser, _session, { browserContextId }) => {
  const id = String(browserContextId);
  if (!browser.contexts.has(id) || id === DEFAULT_CONTEXT) return { error: `Failed to find context with id ${id}` };
  browser.disposeContext(id);
  return done();
};

const createTarget: Handler = (browser, _session, { browserContextId = DEFAULT_CONTEXT }) => {
  const contextId = String(browserContextId);
  if (!browser.contexts.has(contextId)) return { error: "Failed to find browser context" };
  return done({ targetId: browser.newTarget({ kind: "page", contextId }) });
};

const getTargetInfo: Handler = (browser, session, { targetId = session.targetId }) => {
  const target = browser.targets.get(String(targetId));
  return target ? done({ targetInfo: target.info }) : { error: "No target with given id found" };
};

const closeTarget: Handler = (browser, _session, { targetId }) => {
  if (!browser.targets.has(String(targetId))) return { error: "No target with given id found" };
  browser.destroy(String(targetId), false);
  return done({ success: true });
};

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["Page.navigate", (browser, { targetId = "" }) => (browser.revive(targetId), browser.navigate(targetId), done())],
  ["Target.attachToBrowserTarget", onBrowser((browser, session) => attachToBrowser(browser, session))],
  ["Target.attachToTarget", onBrowser(attachToTarget)],
  ["Target.closeTarget", onBrowser(closeTarget)],
  ["Target.createBrowserContext", onBrowser((browser) => done({ browserContextId: browser.newContext() }))],
  ["Target.createTarget", onBrowser(createTarget)],
  ["Target.detachFromTarget", detachFromTarget],
  ["Target.disposeBrowserContext", onBrowser(disposeBrowserContext)],
  ["Target.getBrowserContexts", onBrowser((browser) => getContexts(browser))],
  ["Target.getTargetInfo", getTargetInfo],
  [
    "Target.getTargets",
    onBrowser((browser) => done({ targetInfos: [...browser.targets.values()].map((t) => t.info) })),
  ],
  ["Target.setAutoAttach", setAutoAttach],
  ["Target.setDiscoverTargets", onBrowser(setDiscoverTargets)],
]);

const attachToBrowser = (browser: ModelBrowser, session: ModelSession): Outcome =>
  done({ sessionId: browser.attach(session, { targetId: undefined, isAuto: false }) });

function getContexts({ contexts }: ModelBrowser): Outcome {
  const browserContextIds = [...contexts].filter((id) => id !== DEFAULT_CONTEXT);
  return done({ browserContextIds, defaultBrowserContextId: DEFAULT_CONTEXT });
}

/** Does what a command asks for, and answers it unless it ended its own session. */
export function execute(browser: ModelBrowser, session: ModelSession, { id, method, params }: SentCommand): void {
  const handler = HANDLERS.get(method);
  const outcome = handler ? handler(browser, session, params) : done();
  if (!browser.sessions.has(session.id)) return;
  const of = mark(session.id);
  if ("result" in outcome) browser.say(session.id, { id, result: { ...outcome.result, of } });
  else browser.say(session.id, { id, error: { code: -32_000, message: outcome.error, data: of } });
}
