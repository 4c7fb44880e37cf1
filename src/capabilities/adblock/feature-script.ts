/**
 * Runs in a world of its own beside the page's, as the source of an expression: answers what is new in the document
 * since it was last asked, and waits until there is something.
 */
export const FEATURE_SCRIPT = `(() => {
  const seen = { classes: new Set(), ids: new Set(), hrefs: new Set() };
  let fresh = { classes: [], ids: [], hrefs: [] };
  let waiting;
  const note = (kind, value) => {
    if (!value || seen[kind].has(value)) return;
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
    if (waiting === undefined || !(fresh.classes.length || fresh.ids.length || fresh.hrefs.length)) return;
    waiting(fresh);
    waiting = undefined;
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
