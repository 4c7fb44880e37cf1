import { gfm } from "@joplin/turndown-plugin-gfm";
import TurndownService from "turndown";

const service = new TurndownService({ headingStyle: "atx", codeBlockStyle: "fenced", bulletListMarker: "-" });
service.use(gfm);
service.remove(["script", "style", "noscript", "template", "iframe"]);

/** Answers the page that it runs in as Markdown. Whoever runs the script calls it, in a world of its own. */
Object.assign(globalThis, { pageAsMarkdown: () => service.turndown(document.body) });
