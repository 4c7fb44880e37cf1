import type { BeforeAnswer, ResultRewriter } from "./client-session.ts";
import type { DownloadDesk } from "./download-desk.ts";
import { isLocalUrl, schemeOf } from "./local-url.ts";
import { CDP_ERROR, type CdpCommand, type CdpError } from "./messages.ts";
import type { MuxClient } from "./mux-client.ts";
import { MAX_CONTEXTS, MAX_TARGETS } from "./mux-limits.ts";
import { judgeShared } from "./shared-browser.ts";
import type { TargetInfo, TargetRegistry } from "./targets.ts";

/** What becomes of a client's command. */
export type Verdict =
  | {
      readonly kind: "forward";
      readonly params: Readonly<Record<string, unknown>>;
      readonly onResult?: ResultRewriter;
      readonly before?: BeforeAnswer;
    }
  /** Done already: the answer is `{}`. */
  | { readonly kind: "answer" }
  | { readonly kind: "refuse"; readonly error: CdpError }
  /** `Browser.close`: answered here, and the session ends. */
  | { readonly kind: "endSession" };

/** A command in front of a rule. */
export interface PolicyContext {
  readonly command: CdpCommand;
  readonly client: MuxClient;
  readonly targets: TargetRegistry<MuxClient>;
  /** The session's proxy; absent where it has none. */
  readonly egress?: MuxEgress | undefined;
  /** See {@link MuxDirector.uploaded}. */
  readonly uploaded?: ((file: string) => string | undefined) | undefined;
  /** Absent where the browser downloads nothing. */
  readonly downloads?: DownloadDesk | undefined;
  /** See {@link GatedMux.opensLater}; absent where new tabs need no set-up. */
  readonly opensLater?: ((url: unknown) => ((targetId: string) => Promise<void>) | undefined) | undefined;
}

/** What contexts that clients make have to go through. */
export interface MuxEgress {
  /** Parameters of `Target.createBrowserContext`. */
  readonly params: { readonly proxyServer: string; readonly proxyBypassList: string };
  /** Gives the proxy its credentials in a new context; never rejects. */
  readonly prime: (contextId: string) => Promise<void>;
}

type Rule = (context: PolicyContext) => Verdict;

const forward = (params: Record<string, unknown>, onResult?: ResultRewriter): Verdict =>
  onResult ? { kind: "forward", params, onResult } : { kind: "forward", params };

const refuse = (code: number, message: string): Verdict => ({ kind: "refuse", error: { code, message } });

const unavailable = ({ method }: CdpCommand, why: string): Verdict =>
  refuse(CDP_ERROR.server, `${method} is not available in a Berth session: ${why}`);

const notAllowed =
  (why: string): Rule =>
  ({ command }) =>
    unavailable(command, why);

const noSuchTarget = (): Verdict => refuse(CDP_ERROR.invalidParams, "No target with given id found");
const noSuchContext = (id: string): Verdict =>
  refuse(CDP_ERROR.invalidParams, `Failed to find browser context with id ${id}`);

function localUrl({ command }: PolicyContext): Verdict | undefined {
  const { url } = command.params;
  if (typeof url !== "string" || !isLocalUrl(url)) return undefined;
  return refuse(CDP_ERROR.invalidParams, `Berth sessions do not open ${schemeOf(url) ?? "such"}: URLs`);
}

const guardUrl: Rule = (context) => localUrl(context) ?? forward(context.command.params);

/** Puts the session's context where the client means its default one. */
const inContext: Rule = ({ command, client, targets }) => {
  const { params } = command;
  const id = params["browserContextId"];
  const { own } = targets;
  if (typeof id === "string" && id !== "" && id !== own?.defaultId) {
    return targets.isContextVisible(id, client) ? forward(params) : noSuchContext(id);
  }
  return forward(own === undefined ? params : { ...params, browserContextId: own.id });
};

/** What the client has asked for and not got yet counts too: it may ask for all of it at once. */
const createTarget: Rule = (context) => {
  const { client, targets } = context;
  if (targets.visibleCount(client) + client.waiting.targets >= MAX_TARGETS) {
    return refuse(CDP_ERROR.server, `The session has ${MAX_TARGETS} targets: close some first`);
  }
  return localUrl(context) ?? openLater(context) ?? inContext(context);
};

function openLater(context: PolicyContext): Verdict | undefined {
  const { command } = context;
  const open = context.opensLater?.(command.params["url"]);
  if (open === undefined) return undefined;
  const params = { ...command.params, url: "about:blank" };
  const verdict = inContext({ ...context, command: { ...command, params } });
  if (verdict.kind !== "forward") return verdict;
  return { ...verdict, before: (result) => open(String(result["targetId"])) };
}

const visibleTarget: Rule = ({ command, client, targets }) => {
  const { targetId } = command.params;
  const hidden = typeof targetId === "string" && targets.isKnownHidden(targetId, client);
  return hidden ? noSuchTarget() : forward(command.params);
};

const flattenedOnly: Rule = (context) => {
  const { params } = context.command;
  if (params["flatten"] !== true && params["autoAttach"] !== false) {
    return refuse(CDP_ERROR.invalidParams, `${context.command.method} needs flatten: true`);
  }
  return visibleTarget(context);
};

/** Names of uploaded files stand for their paths. */
const fileInput: Rule = ({ command, uploaded }) => {
  const { files } = command.params;
  if (uploaded === undefined || !Array.isArray(files)) return forward(command.params);
  const paths = files.map((file) => (typeof file === "string" ? uploaded(file) : (file as unknown)));
  // Chromium would take it for an empty file.
  const missing = paths.indexOf(undefined);
  if (missing === -1) return forward({ ...command.params, files: paths });
  return refuse(CDP_ERROR.invalidParams, `No file was uploaded to this session as ${String(files[missing])}`);
};

/** Chromium has one setting for a context, and it is Berth's. */
const downloadBehavior: Rule = (context) => {
  const { command, client, targets, downloads } = context;
  if (downloads === undefined) return inContext(context);
  const id = command.params["browserContextId"];
  const contextId = typeof id === "string" && id !== targets.own?.defaultId ? id : "";
  if (contextId !== "" && !targets.isContextVisible(contextId, client)) return noSuchContext(contextId);
  const session = command.sessionId === undefined ? client.root : client.sessions.get(command.sessionId);
  if (session !== undefined) downloads.wish(session, contextId, command.params);
  return { kind: "answer" };
};

/** The same for the context of a page; its events go to the page's sessions as they do without it. */
const pageDownloadBehavior: Rule = ({ command, downloads }) =>
  downloads === undefined ? forward(command.params) : { kind: "answer" };

const createContext: Rule = ({ command, client, targets, egress, downloads }) => {
  if (targets.madeContexts().length + client.waiting.contexts >= MAX_CONTEXTS) {
    return refuse(CDP_ERROR.server, `The session has ${MAX_CONTEXTS} browser contexts: dispose of some first`);
  }
  const made = (result: Readonly<Record<string, unknown>>): void => {
    const id = result["browserContextId"];
    if (typeof id !== "string") return;
    targets.contextMade(id, client);
    downloads?.keep(id);
  };
  if (egress !== undefined) return createProxiedContext(command, egress, made);
  return forward(command.params, (result) => {
    made(result);
    return result;
  });
};

function createProxiedContext(
  command: CdpCommand,
  { params, prime }: MuxEgress,
  made: (result: Readonly<Record<string, unknown>>) => void,
): Verdict {
  const { proxyServer, proxyBypassList } = command.params;
  if ([proxyServer, proxyBypassList].some((asked) => asked !== undefined && asked !== "")) {
    return unavailable(command, "with a proxy of its own: the session's proxy holds for all of its contexts");
  }
  // Until the client is told, the context is nobody's, and nobody sees the tab that primes it.
  const before = async (result: Record<string, unknown>): Promise<void> => {
    await prime(String(result["browserContextId"]));
    made(result);
  };
  return { kind: "forward", params: { ...command.params, ...params }, before };
}

const disposeContext: Rule = ({ command, client, targets }) => {
  const id = command.params["browserContextId"];
  if (typeof id !== "string") return forward(command.params);
  if (id === targets.own?.id || !targets.isContextVisible(id, client)) return noSuchContext(id);
  return forward(command.params, (result) => {
    targets.contextDisposed(id);
    return result;
  });
};

const getContexts: Rule = ({ command, client, targets }) =>
  forward(command.params, (result) => {
    const ids = result["browserContextIds"];
    if (!Array.isArray(ids)) return result;
    const visible = ids.filter((id) => id !== targets.own?.id && targets.isContextVisible(String(id), client));
    return { ...result, browserContextIds: visible };
  });

const getTargets: Rule = ({ command, client, targets }) =>
  forward(command.params, (result) => {
    const infos = result["targetInfos"];
    if (!Array.isArray(infos)) return result;
    const visible = (infos as TargetInfo[]).filter((target) => targets.isVisible(target, client));
    return { ...result, targetInfos: visible.map((target) => targets.present(target)) };
  });

const getTargetInfo: Rule = (context) => {
  const verdict = visibleTarget(context);
  if (verdict.kind !== "forward") return verdict;
  return forward(verdict.params, (result) => {
    const info = result["targetInfo"] as TargetInfo | undefined;
    return info ? { ...result, targetInfo: context.targets.present(info) } : result;
  });
};

const ownSession: Rule = ({ command, client }) => {
  const { sessionId } = command.params;
  if (typeof sessionId === "string" && !client.sessions.has(sessionId)) {
    return refuse(CDP_ERROR.invalidParams, "No session with given id");
  }
  return forward(command.params);
};

const NESTED = "messages of attached targets are flattened";
const MACHINE = "it reaches the browser's machine";

/** Commands that do not simply pass. Everything else is forwarded unchanged. */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["Browser.cancelDownload", inContext],
  ["Browser.close", () => ({ kind: "endSession" })],
  ["Browser.crash", notAllowed("other clients share this browser")],
  ["Browser.crashGpuProcess", notAllowed("other clients share this browser")],
  ["Browser.getWindowForTarget", visibleTarget],
  ["Browser.grantPermissions", inContext],
  ["Browser.resetPermissions", inContext],
  ["Browser.setDownloadBehavior", downloadBehavior],
  ["Page.setDownloadBehavior", pageDownloadBehavior],
  ["Browser.setPermission", inContext],
  ["DOM.setFileInputFiles", fileInput],
  ["Extensions.loadUnpacked", notAllowed(MACHINE)],
  ["Extensions.triggerAction", visibleTarget],
  ["Network.loadNetworkResource", guardUrl],
  ["Page.navigate", guardUrl],
  ["Storage.clearCookies", inContext],
  ["Storage.getCookies", inContext],
  ["Storage.setCookies", inContext],
  ["Target.activateTarget", visibleTarget],
  ["Target.attachToTarget", flattenedOnly],
  ["Target.autoAttachRelated", visibleTarget],
  ["Target.closeTarget", visibleTarget],
  ["Target.createBrowserContext", createContext],
  ["Target.createTarget", createTarget],
  ["Target.detachFromTarget", ownSession],
  ["Target.disposeBrowserContext", disposeContext],
  ["Target.exposeDevToolsProtocol", notAllowed("a page could drive the browser")],
  ["Target.getBrowserContexts", getContexts],
  ["Target.getDevToolsTarget", visibleTarget],
  ["Target.getTargetInfo", getTargetInfo],
  ["Target.getTargets", getTargets],
  ["Target.openDevTools", notAllowed("the browser has no screen")],
  ["Target.sendMessageToTarget", notAllowed(NESTED)],
  ["Target.setAutoAttach", flattenedOnly],
  ["Target.setRemoteLocations", notAllowed(MACHINE)],
  ["Tethering.bind", notAllowed(MACHINE)],
]);

/** The verdict on a command, or `undefined` for one that no rule concerns. */
export function judge(context: PolicyContext): Verdict | undefined {
  const { command, client, targets } = context;
  const rule = RULES.get(command.method);
  const session = command.sessionId === undefined ? client.root : client.sessions.get(command.sessionId);
  const shared = targets.sharesBrowser ? judgeShared(command, session?.isBrowser ?? true) : undefined;
  if (shared === undefined) return rule?.(context);
  if (shared.kind === "refused") return unavailable(command, shared.why);
  const { params } = shared;
  return rule ? rule({ ...context, command: { ...command, params } }) : forward(params);
}
