import { redirectTarget } from "./redirect-target.ts";
import type { RuleIndex } from "./rule-index.ts";
import type { PreparedRequest } from "./rule-matcher.ts";
import { type NetRule, rankOf } from "./rule.ts";

/** What one extension wants of a request. */
export type Verdict =
  | { readonly type: "block" }
  | { readonly type: "redirect"; readonly url: string }
  /** It may go, with what these rules say of its headers; those that count most come first. */
  | { readonly type: "pass"; readonly changes: readonly NetRule[] };

export interface JudgeOptions {
  readonly rules: readonly RuleIndex[];
  readonly request: PreparedRequest;
  /** The documents around what asks, as the requests that they once were. */
  readonly frames: readonly PreparedRequest[];
  /** Whether the extension may redirect the request, and change its headers; called only where it matters. */
  readonly mayChange: () => boolean;
  /** Of the extension. */
  readonly origin: string;
}

const PASS: Verdict = { type: "pass", changes: [] };
const NOTHING = -1;

const isChange = ({ action: { type } }: NetRule): boolean => type === "modifyHeaders";
/** The higher one first; of those that are equal, the one with the lower id. */
const byRank = (a: NetRule, b: NetRule): number => rankOf(b) - rankOf(a) || a.id - b.id;

/** Weighs all rules of an extension that are about a request, as Chrome does. */
export function judge({ rules, request, frames, mayChange, origin }: JudgeOptions): Verdict {
  const matching = rules.flatMap((index) => index.matching(request));
  if (matching.length === 0) return PASS;
  matching.sort(byRank);
  const allowed = Math.max(
    NOTHING,
    ...frames.flatMap((frame) => rules.map((index) => allowingRank(index, frame))),
    ...matching.filter(({ action: { type } }) => type.startsWith("allow")).map(rankOf),
  );
  for (const rule of matching) {
    if (rankOf(rule) <= allowed) break;
    if (isChange(rule)) continue;
    if (rule.action.type === "block") return { type: "block" };
    const url = redirectTarget(rule, request.url, origin);
    // To make an address secure takes no permission to its host.
    if (url !== undefined && (rule.action.type === "upgradeScheme" || mayChange())) return { type: "redirect", url };
  }
  const changes = matching.filter((rule) => isChange(rule) && rankOf(rule) > allowed);
  return changes.length > 0 && mayChange() ? { type: "pass", changes } : PASS;
}

/** How highly a frame's document, and with it all that is in it, is allowed. */
const allowingRank = (index: RuleIndex, frame: PreparedRequest): number =>
  index.hasFrameRules
    ? Math.max(
        NOTHING,
        ...index
          .matching(frame)
          .filter(({ action: { type } }) => type === "allowAllRequests")
          .map(rankOf),
      )
    : NOTHING;
