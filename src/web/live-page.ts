import { html } from "hono/html";

/** The page that shows a session and passes on what a person does. Its script reads the session from its address. */
export const livePage = (): ReturnType<typeof html> =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
        <meta name="robots" content="noindex" />
        <title>Live view</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/live/live.css" />
        <script src="/assets/live/live.js" defer></script>
      </head>
      <body>
        <div id="live"></div>
        <noscript>The live view needs JavaScript.</noscript>
      </body>
    </html>`;
