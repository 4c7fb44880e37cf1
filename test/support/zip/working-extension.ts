import { extensionZip } from "./extensions.ts";

const MANIFEST = {
  name: "Worker",
  permissions: ["storage", "declarativeNetRequest"],
  host_permissions: ["<all_urls>"],
  background: { service_worker: "background.js" },
  icons: { 16: "icons/icon@2x.png" },
  content_scripts: [
    {
      matches: ["<all_urls>"],
      js: ["content/start.js"],
      css: ["content/style.css"],
      run_at: "document_start",
      all_frames: true,
    },
  ],
  declarative_net_request: { rule_resources: [{ id: "rules", enabled: true, path: "rules.json" }] },
};

/** Marks the document before its first script, and asks the background how many documents there have been. */
const START = `
const { dataset } = document.documentElement;
dataset.extension = chrome.runtime.getManifest().name;
chrome.runtime.sendMessage({ path: location.pathname }).then(({ count, path }) => {
  dataset.count = count;
  dataset.answered = path;
});
`;

/** Counts in its storage, one message after the other. */
const BACKGROUND = `
let last = Promise.resolve();
const counted = async () => {
  const { count = 0 } = await chrome.storage.local.get("count");
  await chrome.storage.local.set({ count: count + 1 });
  return count + 1;
};
chrome.runtime.onMessage.addListener(({ path }, sender, respond) => {
  last = last.then(counted).then((count) => respond({ count, path }));
  return true;
});
`;

const RULES = [
  { id: 1, action: { type: "block" }, condition: { urlFilter: "/ad.js", resourceTypes: ["script"] } },
  {
    id: 2,
    action: { type: "redirect", redirect: { transform: { path: "/new.js" } } },
    condition: { urlFilter: "/old.js", resourceTypes: ["script"] },
  },
];

/** An extension that does a bit of everything. */
export const workingExtension = (manifest: object = {}, files: Readonly<Record<string, string>> = {}) =>
  extensionZip(
    { ...MANIFEST, ...manifest },
    {
      "content/start.js": START,
      "content/style.css": "p { color: rgb(1, 2, 3) !important; }",
      "background.js": BACKGROUND,
      "rules.json": JSON.stringify(RULES),
      "icons/icon@2x.png": "not much of a picture",
      LICENSE: "a file without an ending",
      ...files,
    },
  );
