/**
 * Pages that a client loads one after the other, and the places of each from which a script may try to send UDP, which
 * no proxy of ours would carry.
 */
export const UDP_PAGES = {
  own: [
    "page",
    "page-set-configuration",
    "page-subclass",
    "page-prefixed-name",
    "page-constructor-of-prototype",
    "page-web-transport",
  ],
  frames: [
    "iframe-same-origin",
    "iframe-cross-site",
    "iframe-sandboxed",
    "iframe-srcdoc",
    "iframe-blob",
    "iframe-data",
    "iframe-blank-read-by-parent",
    "iframe-written-by-parent",
  ],
  // By itself: the opener's renderer may crash when this connection is made while other popups open.
  blank: ["popup-blank-read-by-opener"],
  popups: ["popup-same-origin", "popup-cross-site", "popup-noopener"],
} as const;
export type UdpPage = keyof typeof UDP_PAGES;
export type UdpPlace = (typeof UDP_PAGES)[UdpPage][number];
export const UDP_PLACES: readonly UdpPlace[] = Object.values(UDP_PAGES).flat();

/** Which port each place asks, and where they report. */
export interface UdpVisit {
  readonly origin: string;
  /** The same site by another name, which makes it another site. */
  readonly otherOrigin: string;
  readonly ports: Readonly<Record<UdpPlace, number>>;
}

/** Asks a STUN server, and reports when there is nobody left to ask. */
const asker = ({ origin, ports }: UdpVisit): string => `
  const kept = [];
  const ports = ${JSON.stringify(ports)};
  const servers = (place) => ({ iceServers: [{ urls: "stun:127.0.0.1:" + ports[place] }] });
  const report = (place) => fetch("${origin}/done/" + place, { mode: "no-cors" });
  const gather = async (place, peer) => {
    kept.push(peer);
    peer.createDataChannel("channel");
    const gathered = new Promise((resolve) => {
      peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve();
    });
    await peer.setLocalDescription();
    await gathered;
    await report(place);
  };
  const ask = (place, scope = self) => gather(place, new scope.RTCPeerConnection(servers(place)));`;

/** A document that asks as its first deed. */
export const udpDocument = (visit: UdpVisit, place: UdpPlace): string =>
  `<!doctype html><title>${place}</title><script>{${asker(visit)} ask("${place}"); }</script>`;

/** Ways of a document itself. */
const OWN_ATTEMPTS = `
  ask("page");
  const configured = new RTCPeerConnection();
  configured.setConfiguration(servers("page-set-configuration"));
  gather("page-set-configuration", configured);
  gather("page-subclass", new (class extends RTCPeerConnection {})(servers("page-subclass")));
  gather("page-prefixed-name", new webkitRTCPeerConnection(servers("page-prefixed-name")));
  const { constructor } = RTCPeerConnection.prototype;
  gather("page-constructor-of-prototype", new constructor(servers("page-constructor-of-prototype")));
  const transport = new WebTransport("https://127.0.0.1:" + ports["page-web-transport"]);
  transport.closed.catch(() => undefined);
  transport.ready.catch(() => undefined).then(() => report("page-web-transport"));`;

function framesOf(visit: UdpVisit): string {
  const { origin, otherOrigin } = visit;
  const source = (place: UdpPlace) => embedded(udpDocument(visit, place));
  return `
    const frame = (attributes) => {
      const element = document.createElement("iframe");
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      document.body.append(element);
      return element.contentWindow;
    };
    frame({ src: "${origin}/at/iframe-same-origin" });
    frame({ src: "${otherOrigin}/at/iframe-cross-site" });
    frame({ src: "${origin}/at/iframe-sandboxed", sandbox: "allow-scripts" });
    frame({ srcdoc: ${source("iframe-srcdoc")} });
    frame({ src: URL.createObjectURL(new Blob([${source("iframe-blob")}], { type: "text/html" })) });
    frame({ src: "data:text/html," + encodeURIComponent(${source("iframe-data")}) });
    ask("iframe-blank-read-by-parent", frame({}));
    const written = frame({}).document;
    written.open();
    written.write(${source("iframe-written-by-parent")});
    written.close();`;
}

const BLANK_POPUP = `ask("popup-blank-read-by-opener", open("about:blank"));`;

const popupsOf = ({ origin, otherOrigin }: UdpVisit): string => `
  open("${origin}/at/popup-same-origin");
  open("${otherOrigin}/at/popup-cross-site");
  open("${origin}/at/popup-noopener", "_blank", "noopener");`;

/** A page that tries in all of its places. */
export function udpPage(visit: UdpVisit, page: UdpPage): string {
  const scripts = { own: OWN_ATTEMPTS, frames: framesOf(visit), blank: BLANK_POPUP, popups: popupsOf(visit) };
  return `<!doctype html><title>${page}</title><body><script>{${asker(visit)} ${scripts[page]} }</script>`;
}

/** As a literal within a script of a page. */
const embedded = (source: string): string => JSON.stringify(source).replaceAll("</", String.raw`<\/`);
