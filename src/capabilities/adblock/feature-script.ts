/** Rules name nothing longer. */
const LONGEST = 512;
/** A page that makes names up for ever is not followed for ever. */
const MOST_NAMES = 50_000;
/** Between two answers: a page that changes with every frame is not asked with every frame. */
const PAUSE_MS = 100;

/**
 * Runs in a world of its own beside the page's, as the source of an expression: answers what is new in the document
 * since it was last asked, and waits until there is something.
 */
export const FEATURE_SCRIPT = `(() => {
  const seen = { classes: new Set(), ids: new Set(), hrefs: new Set() };
  let fresh = { classes: [], ids: [], hrefs: [] };
  let waiting;
  let isPausing = false;
  let count = 0;
  const note = (kind, value) => {
    // A form may have an element that is called "id".
    if (typeof value !== "string" || value === "" || value.length > ${LONGEST} || count > ${MOST_NAMES} || seen[kind].has(value)) return;
    count += 1;
    seen[kind].add(value);
    fresh[kind].push(value);
  };
  const look = (element) => {
    for (const name of element.classList ?? []) note("classes", name);
    note("ids", element.id);
    if (element.localName === "a") note("hrefs", element.getAttribute("href"));
  };
  const lookInto = (element) => {
    look(element);
    for (const each of element.querySelectorAll("[id], [class], a[href]")) look(each);
  };
  const tell = () => {
    if (waiting === undefined || isPausing || !(fresh.classes.length || fresh.ids.length || fresh.hrefs.length)) return;
    waiting(fresh);
    waiting = undefined;
    isPausing = true;
    setTimeout(() => { isPausing = false; tell(); }, ${PAUSE_MS});
    fresh = { classes: [], ids: [], hrefs: [] };
  };
  const observer = new MutationObserver((records) => {
    for (const { target, type, addedNodes } of records) {
      if (type === "attributes") look(target);
      for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) lookInto(node);
    }
    tell();
  });
  const what = { childList: true, subtree: true, attributes: true, attributeFilter: ["id", "class", "href"] };
  observer.observe(document, what);
  if (document.documentElement) lookInto(document.documentElement);
  return { next: () => new Promise((resolve) => { waiting = resolve; tell(); }) };
})()`;
