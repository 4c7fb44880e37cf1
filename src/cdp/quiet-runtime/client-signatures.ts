/** Names that client libraries give to what they evaluate, which pages see in stacks. */
const SOURCE_URL = /\n?\/\/# sourceURL=(?:pptr:|__playwright|__puppeteer)[^\n]*/g;
const CLASS_NAME = /\bUtilityScript\b/g;
/** As long as any other class of a page's. */
const NEUTRAL_CLASS = "Runner";

/** The parameter that holds source code, by command. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ["Runtime.evaluate", "expression"],
  ["Runtime.compileScript", "expression"],
  ["Runtime.callFunctionOn", "functionDeclaration"],
  ["Page.addScriptToEvaluateOnNewDocument", "source"],
]);

/** The parameters with nothing in their source that names a client; `undefined` when there is nothing to change. */
export function withoutSignature(
  method: string,
  params: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const key = SOURCES.get(method);
  const source = key === undefined ? undefined : params[key];
  if (key === undefined || typeof source !== "string") return undefined;
  const neutral = source.replaceAll(SOURCE_URL, "").replaceAll(CLASS_NAME, NEUTRAL_CLASS);
  return neutral === source ? undefined : { ...params, [key]: neutral };
}
