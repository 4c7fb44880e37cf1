/** How a page asks for something. */
type Way = "image" | "script" | "style" | "frame" | "fetch" | "xhr" | "beacon";

/** A request of a page, with what an ad blocker is to do about it. */
export interface LabelledRequest {
  readonly url: string;
  readonly way: Way;
  readonly isAd: boolean;
}

export const PAGE_URL = "http://news.shop.test/";

const AD_HOSTS = [
  "ad.doubleclick.net",
  "static.criteo.net",
  "cdn.taboola.com",
  "ib.adnxs.com",
  "pagead2.googlesyndication.com",
  "www.googletagmanager.com",
  "www.google-analytics.com",
  "sb.scorecardresearch.com",
  "ads.pubmatic.com",
  "c.amazon-adsystem.com",
  "cdn.mouseflow.com",
  "script.hotjar.com",
];
const OTHER_HOSTS = [
  "news.shop.test",
  "cdn.shop.test",
  "fonts.gstatic.com",
  "doubleclick.net.shop.test",
  "notdoubleclick.net",
  "criteo.net.example.org",
  "code.example.org",
  "www.google.com",
  "api.payments.test",
  "images.taboolas.com",
  "maps.example.org",
  "media.network.test",
];
const WAYS: readonly (readonly [Way, string])[] = [
  ["image", "picture.gif"],
  ["script", "code.js"],
  ["style", "look.css"],
  ["frame", "inner.html"],
  ["fetch", "data.json"],
  ["xhr", "more.json"],
  ["beacon", "seen"],
];

/** Rules about paths, and what is just beside them. */
const BY_PATH: readonly LabelledRequest[] = [
  { url: "http://cdn.other.test/adserver/show.html", way: "frame", isAd: true },
  { url: "http://cdn.other.test/adserver/code.js", way: "script", isAd: true },
  { url: "http://news.shop.test/adserver/show.html", way: "frame", isAd: false },
  { url: "http://www.shop.test/adserver/code.js", way: "script", isAd: false },
  { url: "http://www.tracker.test/analytics.js", way: "script", isAd: true },
  { url: "http://www.shop.test/analytics.js", way: "script", isAd: false },
  { url: "http://www.tracker.test/analytics.json", way: "fetch", isAd: false },
  { url: "http://news.shop.test/img/autumn-banner-ad.gif", way: "image", isAd: true },
  { url: "http://news.shop.test/img/autumn-banner-advice.gif", way: "image", isAd: false },
  { url: "http://news.shop.test/img/wide_ad_728x90.gif", way: "image", isAd: true },
  { url: "http://news.shop.test/img/wide_ad_300.gif", way: "image", isAd: false },
  { url: "http://static.other.test/prebid/core.js", way: "script", isAd: true },
  { url: "http://static.other.test/prebid/core.json", way: "fetch", isAd: false },
  { url: "http://t.other.test/beacon.gif?id=1", way: "image", isAd: true },
  { url: "http://t.shop.test/beacon.gif?id=1", way: "image", isAd: false },
  { url: "http://a.zedo.com/tr?id=1", way: "image", isAd: true },
  { url: "http://zedo.example.org/trending.gif", way: "image", isAd: false },
  { url: "http://stats.other.test/collect?v=1", way: "beacon", isAd: true },
  { url: "http://stats.other.test/collector", way: "beacon", isAd: false },
  { url: "http://x.openx.net/w/1.0/show.html", way: "frame", isAd: true },
  { url: "http://openx.example.org/show.html", way: "frame", isAd: false },
  { url: "http://px.ads.linkedin.example/tracking-pixel.gif", way: "image", isAd: true },
  { url: "http://px.example/tracking-pixels/1.gif", way: "image", isAd: false },
  { url: "http://cdn.krxd.net/bat.js", way: "script", isAd: true },
  { url: "http://krxd.net.example.org/bat.js", way: "script", isAd: false },
  { url: "http://www.clarity.ms/tag/code.js", way: "script", isAd: true },
  { url: "http://clarity.example/tag/code.js", way: "script", isAd: false },
  { url: "http://cdn.segment.io/v1/code.js", way: "script", isAd: true },
  { url: "http://segment.example.org/v1/code.js", way: "script", isAd: false },
  { url: "http://secure.quantserve.com/quant.js", way: "script", isAd: true },
  { url: "http://quantserve.example.org/quant.js", way: "script", isAd: false },
  { url: "http://www.fullstory.com/s/fs.js", way: "script", isAd: true },
];

const onHosts = (hosts: readonly string[], isAd: boolean): readonly LabelledRequest[] =>
  hosts.flatMap((host) => WAYS.map(([way, file]) => ({ url: `http://${host}/v2/${file}`, way, isAd })));

/** Two hundred requests, half of them for ads and trackers. */
export const REQUESTS: readonly LabelledRequest[] = [
  ...onHosts(AD_HOSTS, true),
  ...onHosts(OTHER_HOSTS, false),
  ...BY_PATH,
];

/** A page that makes them all, and says so in its title when each has ended, in whatever way. */
export const REQUESTING_PAGE = `<!doctype html><title>asking</title><link rel="icon" href="data:,"><body><script>
const made = (name, set) => new Promise((done) => {
  const element = document.createElement(name);
  element.onload = element.onerror = done;
  Object.assign(element, set);
  document.body.append(element);
});
const ways = {
  image: (src) => made("img", { src }),
  script: (src) => made("script", { src }),
  style: (href) => made("link", { rel: "stylesheet", href }),
  frame: (src) => made("iframe", { src }),
  fetch: (url) => fetch(url, { mode: "no-cors" }).catch(() => undefined),
  beacon: async (url) => void navigator.sendBeacon(url, "x"),
  xhr: (url) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.onloadend = done;
    request.open("GET", url);
    request.send();
  }),
};
Promise.all(${JSON.stringify(REQUESTS)}.map(({ way, url }) => ways[way](url))).then(() => { document.title = "asked"; });
</script>`;
