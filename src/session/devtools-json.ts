import type { TargetInfo } from "../cdp/targets.ts";

/** Where this session's sockets are reached from outside. */
export interface DevtoolsAddress {
  /** @param path below `ws(s)://HOST/cdp/{id}`, such as `/devtools/page/{targetId}`. */
  socketUrl(path: string): string;
}

/** A page as a DevTools server's `/json/list` shows it. */
export function describeTarget(page: TargetInfo, address: DevtoolsAddress): object {
  return {
    description: "",
    id: page.targetId,
    title: page.title,
    type: page.type,
    url: page.url,
    webSocketDebuggerUrl: address.socketUrl(`/devtools/page/${page.targetId}`),
  };
}
