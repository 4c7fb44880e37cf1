import type { TabView } from "../capabilities/live-view/tab-view.ts";
import { copyFrom, pasteInto } from "../capabilities/live-view/clipboard.ts";
import { webAddress } from "../capabilities/live-view/web-address.ts";
import { isLocalUrl } from "../cdp/local-url.ts";
import type { InputMessage, ViewerMessage, WatchMessage } from "../domain/live-view.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { Viewer } from "./viewer.ts";

/** What a person asks for that is neither input nor about the view itself. */
export type TabAction = Exclude<
  ViewerMessage,
  WatchMessage | InputMessage | { readonly type: "takeControl" | "returnControl" }
>;

export interface Asked {
  readonly viewer: Viewer;
  readonly live: LiveBrowser | undefined;
}

/** Carries out what a person asks of tabs. What cannot be done is said to the person who asked. */
export class TabActions {
  run({ viewer, live }: Asked, action: TabAction): void {
    if (live === undefined) return;
    const work = this.#work(viewer, live, action);
    work.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      viewer.tell({ type: "notice", text: reason });
    });
  }

  async #work(viewer: Viewer, live: LiveBrowser, action: TabAction): Promise<void> {
    if (action.type === "openTab") return void (await live.openPage("about:blank"));
    if (action.type === "closeTab") return closeTab(live, action.tab);
    const { view } = viewer;
    if (view !== undefined) await onTab({ view, viewer, live }, action);
  }
}

interface OnTab {
  readonly view: TabView;
  readonly viewer: Viewer;
  readonly live: LiveBrowser;
}

async function onTab(
  { view, viewer, live }: OnTab,
  action: Exclude<TabAction, { readonly type: "openTab" | "closeTab" }>,
): Promise<void> {
  switch (action.type) {
    case "goto":
      return goTo({ view, viewer, live }, action.url);
    case "back":
      return view.goInHistory(-1);
    case "forward":
      return view.goInHistory(1);
    case "reload":
      return view.send("Page.reload", {});
    case "stop":
      return view.send("Page.stopLoading", undefined);
    case "dialog":
      return view.answerDialog(action.accept, action.text);
    case "pick":
      return view.pickers.pick(action.picker, action.choice);
    case "paste":
      return pasteInto(live, view, action.text);
    case "copy":
      return viewer.tell({ type: "clipboard", text: await copyFrom(live, view, action.isCut) });
    case "filePart":
      return view.chooser.part(action.chooser, action.file, action.data);
    case "files":
      return view.chooser.begin(action.chooser, action.files);
    case "filesSent":
      return view.chooser.choose(action.chooser);
    default:
      return action satisfies never;
  }
}

async function goTo({ view, viewer, live }: OnTab, text: string): Promise<void> {
  const url = webAddress(text);
  if (url === undefined || isLocalUrl(url)) {
    return viewer.tell({ type: "notice", text: "That is not an address that sessions open." });
  }
  live.mux.commands.tell({ targetId: view.targetId, method: "Page.navigate", params: { url } });
  // The page may take its time to answer; what it shows meanwhile is seen.
  const { errorText } = await view.send("Page.navigate", { url }, NAVIGATION_LIMIT_MS);
  if (errorText !== undefined && errorText !== "net::ERR_ABORTED") viewer.tell({ type: "notice", text: errorText });
}

const NAVIGATION_LIMIT_MS = 60_000;

/** A browser without tabs shows nothing and may close: the last one is followed by a blank one. */
async function closeTab(live: LiveBrowser, targetId: string): Promise<void> {
  if (!live.tabs.has(targetId)) return;
  if (live.tabs.list().length === 1) await live.openPage("about:blank");
  await live.connection.send("Target.closeTarget", { targetId });
}
