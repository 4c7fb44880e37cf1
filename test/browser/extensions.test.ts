import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTenant, type Tenant } from "../support/worker/api.ts";
import { CdpClient } from "../support/worker/cdp-client.ts";
import { evict } from "../support/worker/evict.ts";
import { workingExtension } from "../support/zip/working-extension.ts";

const URL_OF_SITE = "http://shop.test/";
const PAGE = "<script>atFirst = document.documentElement.dataset.extension</script><p>text</p>";

/** Whether it came before the page's first script, and its style sheet; the document may be loading still. */
const READ =
  "(() => { const p = document.querySelector('p'); return p && [self.atFirst, getComputedStyle(p).color]; })()";

const SEEN = ["Worker", "rgb(1, 2, 3)"];
/** For what is only a matter of time on a busy machine. */
const PATIENCE = { timeout: 10_000 };

let tenant: Tenant;
let extensionId: string;
const open: string[] = [];

beforeAll(async () => {
  tenant = await createTenant();
  const body = new FormData();
  body.set("name", "worker");
  body.set("file", new File([await workingExtension()], "extension.zip"));
  const uploaded = await tenant.upload("/v1/extensions", body);
  extensionId = (await uploaded.json<{ data: { id: string } }>()).data.id;
});

afterEach(async () => {
  for (const id of open.splice(0)) await tenant.anchor(`/v1/sessions/${id}`, { method: "DELETE" });
});

async function create(): Promise<{ readonly id: string; readonly cdpUrl: string }> {
  const body = JSON.stringify({ browser: { extensions: [extensionId] } });
  const response = await tenant.anchor("/v1/sessions", { method: "POST", body });
  expect(response.status).toBe(200);
  const { data } = await response.json<{ data: { id: string; cdp_url: string } }>();
  open.push(data.id);
  return { id: data.id, cdpUrl: data.cdp_url };
}

/** A client that answers its page's requests itself: there is no site. Answers what the page shows of the extension. */
async function visit(client: CdpClient): Promise<() => Promise<unknown>> {
  const [page] = await client.pages();
  const session = await client.attach(page?.targetId ?? "");
  await client.answerRequests(PAGE, session);
  await client.send("Page.navigate", { url: URL_OF_SITE }, session);
  return () => client.evaluate(READ, session);
}

const loadedIn = async (client: CdpClient) => {
  const { extensions } = await client.send("Extensions.getExtensions");
  return (extensions as { id: string; name: string; enabled: boolean }[]).map(({ id, name }) => ({ id, name }));
};

describe("an extension", () => {
  it("is loaded by the local browser, once, and is there after the object lost its memory", async () => {
    const { id, cdpUrl } = await create();
    const before = await CdpClient.connect(cdpUrl);
    const loaded = await loadedIn(before);
    expect(loaded).toMatchObject([{ name: "Worker" }]);
    await expect.poll(await visit(before), PATIENCE).toEqual(SEEN);

    await evict(id);
    await before.closed;
    const after = await CdpClient.connect(cdpUrl);
    expect(await loadedIn(after)).toEqual(loaded);
    await expect.poll(await visit(after), PATIENCE).toEqual(SEEN);
  });

  it("that the browser has lost is loaded again with the next connection", async () => {
    const { id, cdpUrl } = await create();
    const before = await CdpClient.connect(cdpUrl);
    await expect.poll(await visit(before), PATIENCE).toEqual(SEEN);
    const [lost] = await loadedIn(before);
    await before.send("Extensions.uninstall", { id: lost?.id });
    expect(await loadedIn(before)).toEqual([]);
    await evict(id);
    await before.closed;
    const after = await CdpClient.connect(cdpUrl);
    expect(await loadedIn(after)).toMatchObject([{ name: "Worker" }]);
    await expect.poll(await visit(after), PATIENCE).toEqual(SEEN);
  });
});
