import type { GatedTarget } from "../../cdp/target-gate.ts";

/**
 * WebRTC sends UDP past any proxy, and nothing native stops it for one browser context. So connections gather only
 * relayed candidates, and have no relay: no packet leaves, as behind a firewall that lets no UDP pass.
 *
 * The constructor stays the browser's own behind a proxy object; what a page can tell is that
 * `Function.prototype.toString` of it names no function.
 */
const SOURCE = `{
  const { apply, construct } = Reflect;
  const { assign } = Object;
  const closed = (configuration) => assign({}, configuration, { iceServers: [], iceTransportPolicy: "relay" });
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) {
    const own = globalThis[name];
    if (own === undefined) continue;
    const guarded = new Proxy(own, {
      construct: (target, [configuration, ...rest], newTarget) =>
        construct(target, [closed(configuration), ...rest], newTarget === guarded ? target : newTarget),
    });
    own.prototype.constructor = guarded;
    Object.defineProperty(globalThis, name, { value: guarded, writable: true, enumerable: false, configurable: true });
  }
  const prototype = globalThis.RTCPeerConnection?.prototype;
  if (prototype !== undefined) {
    const own = prototype.setConfiguration;
    prototype.setConfiguration = new Proxy(own, {
      apply: (target, self, [configuration, ...rest]) => apply(target, self, [closed(configuration), ...rest]),
    });
  }
}`;

/** Sends what keeps a document's WebRTC from passing by the proxy. Workers have none. */
export const guardWebRtc = ({ send }: GatedTarget): readonly Promise<unknown>[] => [
  // Without it Chromium takes the script and does not run it (`inspector_page_agent.cc`).
  send("Page.enable", undefined),
  send("Page.addScriptToEvaluateOnNewDocument", { source: SOURCE, runImmediately: true }),
];
