import type { ChosenBrowser } from "../chromium.ts";
import type { LocalSettings } from "./local-file.ts";

/** What a person needs to use the local server right away: address, key, and a working first call for each dialect. */
export function describeServer({ url, apiKey, accountId }: LocalSettings, browser: ChosenBrowser): string {
  const sandbox = browser.sandbox ? "" : ", without its sandbox (not available to this user)";
  return `
Berth serves at ${url}

  API key    ${apiKey}
  Account    ${accountId} (plan scale)
  Browser    ${browser.version || "downloaded for the first session"}${sandbox}
  Reference  ${url}/docs/meshbrow and ${url}/docs/anchor
  Scripts    .berth/local.json has url, apiKey and adminToken

Create a session, Meshbrow dialect:

  curl -X POST ${url}/v1/sessions -H "Authorization: Bearer ${apiKey}" -H "Content-Type: application/json" -d '{}'

Create a session, Anchor dialect:

  curl -X POST ${url}/v1/sessions -H "anchor-api-key: ${apiKey}"

Drive one with Puppeteer (save as .berth/hello.mjs, then: npm run exec -- .berth/hello.mjs):

  import puppeteer from "puppeteer-core";
  const response = await fetch("${url}/v1/sessions", {
    method: "POST",
    headers: { authorization: "Bearer ${apiKey}", "content-type": "application/json" },
    body: "{}",
  });
  const { cdpUrl } = await response.json();
  const browser = await puppeteer.connect({ browserWSEndpoint: cdpUrl });
  const page = await browser.newPage();
  await page.goto("${url}/health");
  console.log(await page.evaluate(() => document.body.innerText));
  await browser.close();
`;
}
