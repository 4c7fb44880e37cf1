/** Every way in which a page makes the browser send something. Each is a path of the site, except the connections. */
export const REQUEST_KINDS = [
  "document",
  "favicon",
  "script",
  "style",
  "font",
  "image",
  "iframe",
  "embed",
  "object",
  "video",
  "preload",
  "module-preload",
  "prefetch",
  "fetch",
  "keepalive",
  "xhr",
  "beacon",
  "redirect",
  "redirected",
  "form-post",
  "event-source",
  "websocket",
  "worker",
  "worker-fetch",
  "shared-worker",
  "shared-worker-fetch",
  "service-worker",
  "service-worker-fetch",
  "popup",
  "popup-noopener",
  "download",
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

const FETCHING = (kind: string, begin: string) => `${begin} fetch("/${kind}-fetch");`;

/** Bodies by path. */
export const SOURCES: Readonly<Record<string, readonly [type: string, body: string]>> = {
  script: ["text/javascript", ""],
  "module-preload": ["text/javascript", ""],
  style: ["text/css", '@font-face { font-family: f; src: url("/font") } body { font-family: f }'],
  worker: ["text/javascript", FETCHING("worker", "")],
  "shared-worker": ["text/javascript", FETCHING("shared-worker", "")],
  "service-worker": ["text/javascript", FETCHING("service-worker", "")],
  "event-source": ["text/event-stream", "data: one\n\n"],
};

/** A page that makes all of them, and asks a STUN server where it is. */
export const everyRequest = (stunPort: number): string => `<!doctype html><title>every request</title>
  <link rel="preconnect" href="/"><link rel="prefetch" href="/prefetch"><link rel="icon" href="/favicon">
  <link rel="modulepreload" href="/module-preload"><link rel="preload" href="/preload" as="fetch" crossorigin>
  <link rel="stylesheet" href="/style"><script src="/script"></script>
  <body>text<img src="/image"><iframe src="/iframe"></iframe><iframe name="posted"></iframe>
  <embed src="/embed"><object data="/object"></object><video src="/video" autoplay></video>
  <form action="/form-post" method="post" target="posted"></form><a href="/download" download>download</a>
  <script type="module">
    // The browser may leave these be, and asks other sites in a network context apart: none is waited for.
    const rule = (path) => ({ source: "list", urls: [path], eagerness: "immediate" });
    const elsewhere = location.origin.replace("127.0.0.1", "localhost") + "/elsewhere";
    const rules = { prefetch: [rule("/speculated"), rule(elsewhere)], prerender: [rule("/prerendered")] };
    const script = Object.assign(document.createElement("script"), { type: "speculationrules" });
    script.text = JSON.stringify(rules);
    document.head.append(script);
    fetch("/fetch");
    fetch("/keepalive", { keepalive: true });
    fetch("/redirect");
    const xhr = new XMLHttpRequest();
    xhr.open("GET", "/xhr");
    xhr.send();
    navigator.sendBeacon("/beacon", "body");
    document.forms[0].submit();
    document.querySelector("a").click();
    new EventSource("/event-source");
    new WebSocket(location.origin.replace("http", "ws") + "/websocket");
    new Worker("/worker");
    new SharedWorker("/shared-worker");
    navigator.serviceWorker.register("/service-worker", { scope: "/scope/" });
    window.open("/popup");
    window.open("/popup-noopener", "", "noopener");
    const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:${stunPort}" }] });
    peer.createDataChannel("channel");
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState === "complete") document.title = "gathered";
    };
    await peer.setLocalDescription();
  </script>`;
