import { html } from "hono/html";

/** The page that plays what was recorded of a session. Its script asks for everything with the page's own query. */
export const playerPage = (): ReturnType<typeof html> =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>Recording</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/recordings/player.css" />
        <script src="/assets/recordings/player.js" defer></script>
      </head>
      <body>
        <main id="player"></main>
        <noscript>The player needs JavaScript. The recordings themselves are at the links of the API's list.</noscript>
      </body>
    </html>`;
