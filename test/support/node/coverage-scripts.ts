/** Where in a session a script may run and tell pages apart from people. */
export const CONTEXT_KINDS = [
  "page",
  "page-cross-site-navigation",
  "page-by-createTarget",
  "page-in-context-of-client",
  "popup-same-origin",
  "popup-cross-site",
  "popup-noopener",
  "popup-blank-read-by-opener",
  "iframe-same-origin",
  "iframe-cross-site",
  "iframe-srcdoc",
  "iframe-sandboxed",
  "iframe-blank-read-by-parent",
  "worker",
  "worker-nested",
  "worker-blob",
  "worker-shared",
  "worker-service",
] as const;
export type ContextKind = (typeof CONTEXT_KINDS)[number];

/** Which visit a script belongs to, and where it reports. */
export interface Visit {
  readonly run: string;
  /** Where most of the site is, and where reports go. */
  readonly origin: string;
  /** The same site by another name, which makes it another site. */
  readonly otherOrigin: string;
}

/** Pages and workers by kind, on either origin. */
export const addressOf = (origin: string, path: string, { run, kind }: { run: string; kind: ContextKind }): string =>
  `${origin}${path}?${new URLSearchParams({ run, kind }).toString()}`;

/** Reads what is asserted about a context, from within it or, where a script cannot be first, from next to it. */
const OBSERVER = `
  const observe = ({ navigator, screen, Intl }) => {
    const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const data = navigator.userAgentData;
    return {
      userAgent: navigator.userAgent,
      appVersion: navigator.appVersion,
      platform: navigator.platform,
      brands: data && data.brands.map(({ brand, version }) => brand + " " + version).join(", "),
      mobile: data && data.mobile,
      hintedPlatform: data && data.platform,
      language: navigator.language,
      languages: navigator.languages.join(","),
      locale,
      timezone: timeZone,
      cores: navigator.hardwareConcurrency,
      webdriver: navigator.webdriver,
      screen: screen && screen.width + "x" + screen.height,
    };
  };`;

/** `report(scope, kind)` tells the server from within `scope`, so that the report's own headers are its too. */
const reporter = ({ run, origin }: Visit): string => `${OBSERVER}
  const report = (scope, kind) => scope.fetch(
    "${origin}/report?" + new URLSearchParams({ run: "${run}", kind }),
    { method: "POST", mode: "no-cors", body: JSON.stringify(observe(scope)) },
  );`;

/** A document whose first script reports. `after` runs in the body. */
export function documentSource(visit: Visit, kind: ContextKind, after = ""): string {
  const subresource = addressOf(visit.origin, "/subresource.js", { run: visit.run, kind });
  return `<!doctype html><html lang="en"><script>{${reporter(visit)}
    report(self, ${JSON.stringify(kind)});
    self.report = report;
  }</script><meta charset="utf-8"><title>${kind}</title><script src="${subresource}"></script><body><script>${after}</script>`;
}

/** A worker of any kind, which reports in its first line. */
export const workerSource = (visit: Visit, kind: ContextKind): string =>
  `{${reporter(visit)} report(self, ${JSON.stringify(kind)}); }
  ${kind === "worker" ? `new Worker(${JSON.stringify(scriptOf(visit, "worker-nested"))});` : ""}`;

const scriptOf = ({ origin, run }: Visit, kind: ContextKind): string => addressOf(origin, "/worker.js", { run, kind });

/** The page, which brings every other kind about except those that only a client can. */
export function pageSource(visit: Visit): string {
  const { run, origin, otherOrigin } = visit;
  const at = (from: string, kind: ContextKind) => JSON.stringify(addressOf(from, "/document", { run, kind }));
  const worker = (kind: ContextKind) => JSON.stringify(scriptOf(visit, kind));
  const open = `
    const blankPopup = open("about:blank");
    report(blankPopup, "popup-blank-read-by-opener");
    addEventListener("pagehide", () => blankPopup.close());
    open(${at(origin, "popup-same-origin")});
    open(${at(otherOrigin, "popup-cross-site")});
    open(${at(origin, "popup-noopener")}, "_blank", "noopener");`;
  const frames = `
    const frame = (attributes) => {
      const element = document.createElement("iframe");
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      document.body.append(element);
      return element.contentWindow;
    };
    report(frame({}), "iframe-blank-read-by-parent");
    frame({ src: ${at(origin, "iframe-same-origin")} });
    frame({ src: ${at(otherOrigin, "iframe-cross-site")} });
    frame({ src: ${at(origin, "iframe-sandboxed")}, sandbox: "allow-scripts" });
    frame({ srcdoc: ${embedded(documentSource(visit, "iframe-srcdoc"))} });`;
  const workers = `
    const blob = new Blob([${embedded(workerSource(visit, "worker-blob"))}], { type: "text/javascript" });
    self.kept = [
      new Worker(${worker("worker")}),
      new Worker(URL.createObjectURL(blob)),
      new SharedWorker(${worker("worker-shared")}),
      navigator.serviceWorker.register(${worker("worker-service")}, { scope: "/scopes/${run}/" }),
    ];`;
  return documentSource(visit, "page", `{ ${frames} ${workers} ${open} }`);
}

/** As a literal within a script of a page. */
const embedded = (source: string): string => JSON.stringify(source).replaceAll("</", String.raw`<\/`);
