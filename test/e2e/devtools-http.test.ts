import CDP from "chrome-remote-interface";
import { describe, expect } from "vitest";
import type { CreatedSession } from "../support/node/api.ts";
import { asHttp, pathUrl, tokenOf } from "../support/node/endpoints.ts";
import { test } from "../support/node/test.ts";

/** How chrome-remote-interface is told to find a session where it expects a browser's own port. */
function locate(session: CreatedSession): CDP.Options {
  const { hostname, port } = new URL(session.cdpUrl);
  const token = encodeURIComponent(tokenOf(session));
  const alterPath = (path: string) => `/cdp/${session.id}${path}${path.includes("?") ? "&" : "?"}token=${token}`;
  return { host: hostname, port: Number(port), alterPath };
}

/** The library also passes the path of the socket's URL, which is complete already. */
function leaveSocketPath(options: CDP.Options): CDP.Options {
  const { alterPath = (path) => path } = options;
  return { ...options, alterPath: (path) => (path.startsWith("/json") ? alterPath(path) : path) };
}

describe("chrome-remote-interface by host, port and path", () => {
  test("reads the version and the protocol", async ({ shared }) => {
    const version = await CDP.Version(locate(shared));
    expect(version.Browser).toMatch(/^(Headless)?Chrome\/\d+/);
    expect(version["Protocol-Version"]).toBe("1.3");
    expect(version.webSocketDebuggerUrl).toContain(`/cdp/${shared.id}`);
    const { domains } = await CDP.Protocol(locate(shared));
    expect(domains.map(({ domain }) => domain)).toEqual(expect.arrayContaining(["Page", "Runtime", "Target"]));
  });

  test("opens, lists, activates and closes pages", async ({ sessions, site }) => {
    const where = locate(await sessions.create());
    const [first, ...others] = await CDP.List(where);
    expect(others).toEqual([]);
    const opened = await CDP.New({ ...where, url: `${site.origin}/second` });
    await expect.poll(async () => (await CDP.List(where)).map(({ title }) => title)).toContain("Second");
    await CDP.Activate({ ...where, id: first?.id ?? "" });
    await CDP.Close({ ...where, id: opened.id });
    await expect.poll(async () => (await CDP.List(where)).map(({ id }) => id)).toEqual([first?.id]);
    await expect(CDP.Close({ ...where, id: opened.id })).rejects.toThrow(/no page/);
  });

  test.for([
    ["alters the socket's path too", (locate: CDP.Options) => locate],
    ["leaves the socket's path alone", leaveSocketPath],
  ] as const)("drives the first page when alterPath %s", async ([, adapt], { sessions, clients, site }) => {
    const client = await CDP(adapt(locate(await sessions.create())));
    clients.own(() => client.close());
    await client.Page.enable({});
    const loaded = new Promise<void>((done) => client.Page.on("loadEventFired", () => done()));
    await client.Page.navigate({ url: `${site.origin}/second` });
    await loaded;
    const { result } = await client.Runtime.evaluate({ expression: "document.title" });
    expect(result.value).toBe("Second");
  });

  test("drives the page behind a webSocketDebuggerUrl of the list", async ({ sessions, clients }) => {
    const [page] = await CDP.List(locate(await sessions.create()));
    const client = await CDP({ target: page?.webSocketDebuggerUrl ?? "", local: true });
    clients.own(() => client.close());
    const { result } = await client.Runtime.evaluate({ expression: "6 * 7" });
    expect(result.value).toBe(42);
  });
});

describe("DevTools' HTTP endpoints", () => {
  test("answer the browser's socket in /json/version, and it opens", async ({ shared, clients }) => {
    const response = await fetch(asHttp(pathUrl(shared, { token: tokenOf(shared) }, "/json/version")));
    const { webSocketDebuggerUrl } = (await response.json()) as { webSocketDebuggerUrl: string };
    const socket = await clients.socket(webSocketDebuggerUrl);
    expect((await socket.send("Target.getTargets")).result).toHaveProperty("targetInfos");
  });

  test("take PUT alone for /json/new, and refuse the browser's machine", async ({ shared }) => {
    const create = (url: string, method = "PUT") =>
      fetch(`${asHttp(pathUrl(shared, { token: tokenOf(shared) }, "/json/new"))}&${url}`, { method });
    expect((await create("about:blank", "GET")).status).toBe(405);
    for (const url of ["file:///etc/passwd", "chrome://version", "view-source:file:///etc/passwd"]) {
      expect((await create(url)).status, url).toBe(400);
    }
  });

  test("end a page's socket with its page", async ({ sessions, clients }) => {
    const where = locate(await sessions.create());
    const page = await CDP.New(where);
    const socket = await clients.socket(page.webSocketDebuggerUrl);
    await socket.send("Page.enable");
    await CDP.Close({ ...where, id: page.id });
    expect(await socket.closed).toEqual({ code: 1000, reason: "the page was closed" });
  });
});
