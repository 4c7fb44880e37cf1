import type { Hono } from "hono";
import type { Dialect } from "../dialects/dialect.ts";
import { frontPage, pagePolicy, REFERENCE_SCRIPT, referencePage } from "../web/pages.ts";
import type { AppEnv } from "./app-env.ts";

export interface PagesOptions {
  readonly dialects: readonly Dialect[];
  /** Static files of the build. */
  readonly assets: { fetch(request: Request | string): Promise<Response> };
}

const TITLES: Readonly<Record<Dialect["name"], string>> = {
  meshbrow: "Meshbrow API reference",
  anchor: "Anchor Browser API reference",
};

/** Of every page of ours: it loads nothing from another origin, and tells none where its reader came from. */
export const PAGE_HEADERS = {
  "Content-Security-Policy": pagePolicy(),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** Pages for people, and the documents behind them. No page loads anything from another origin. */
export function installPages(app: Hono<AppEnv>, { dialects, assets }: PagesOptions): void {
  const headers = PAGE_HEADERS;
  const titled = dialects.map(({ name }) => ({ name, title: TITLES[name] }));
  app.get("/", (c) => c.html(frontPage(titled), 200, headers));
  app.get("/docs/reference.js", (c) =>
    c.body(REFERENCE_SCRIPT, 200, { ...headers, "Content-Type": "text/javascript" }),
  );
  app.get("/assets/*", ({ req }) => {
    const { origin, pathname } = new URL(req.url);
    return assets.fetch(`${origin}${pathname.slice("/assets".length)}`);
  });
  for (const dialect of dialects) {
    const { name } = dialect;
    app.get(`/docs/${name}`, (c) => c.html(referencePage(name, TITLES[name]), 200, headers));
    app.get(`/openapi/${name}.json`, (c) => c.json(dialect.openApiDocument(new URL(c.req.url).origin)));
  }
}
