import { html } from "hono/html";

type Html = ReturnType<typeof html>;

/** Nothing on our pages comes from, or goes to, another origin. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** @param frameAncestors who may show the page in a frame: a source list of CSP. */
export const pagePolicy = (frameAncestors = "'none'"): string => `${POLICY}; frame-ancestors ${frameAncestors}`;

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:4rem auto;padding:0 1.5rem;color:#1b1f24}" +
  "code{background:#f3f4f6;padding:.1em .3em;border-radius:4px}a{color:#0b5cad}";

const page = (title: string, body: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`;

/** What a person sees who opens the deployment in a browser. */
export const frontPage = (dialects: readonly { readonly name: string; readonly title: string }[]): Html =>
  page(
    "Berth",
    html`<h1>Berth</h1>
      <p>Cloud browser sessions: <code>POST /v1/sessions</code> gives you a browser that any CDP client can drive.</p>
      <ul>
        ${dialects.map(({ name, title }) => html`<li><a href="/docs/${name}">${title}</a></li>`)}
      </ul>`,
  );

/** The API reference of one dialect, drawn by Swagger UI from the OpenAPI document. */
export const referencePage = (name: string, title: string): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/assets/docs/swagger-ui.css" />
      </head>
      <body>
        <div id="reference" data-document="/openapi/${name}.json"></div>
        <script src="/assets/docs/swagger-ui-bundle.js"></script>
        <script src="/docs/reference.js"></script>
      </body>
    </html>`;

/** Served as a file of its own, so that the page needs no inline script. */
export const REFERENCE_SCRIPT =
  'const target = document.getElementById("reference");\n' +
  'SwaggerUIBundle({ url: target.dataset.document, domNode: target, deepLinking: true, validatorUrl: "none" });\n';
