import type { ProxyType } from "../../domain/session-spec.ts";
import type { COUNTRIES } from "./countries.ts";

/** Proxy types of Anchor that draw from the operator's pools. */
export type AnchorProxyType = keyof typeof COUNTRIES;

const POOLED: Readonly<Record<AnchorProxyType, ProxyType>> = {
  anchor_proxy: "datacenter",
  anchor_residential: "residential",
  anchor_mobile: "mobile",
  anchor_gov: "gov",
};

export const toProxyType = (type: AnchorProxyType): ProxyType => POOLED[type];

/** Anchor's word for a type of egress; one that Anchor has no word for keeps its own. */
export function anchorProxyType(type: string): string {
  return Object.entries(POOLED).find(([, pooled]) => pooled === type)?.[0] ?? type;
}
