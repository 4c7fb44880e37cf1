import { openBackground } from "./background.ts";
import { openPage } from "./page.ts";
import { openWorld, runInPage } from "./content.ts";

/**
 * Plays the browser's part for an extension, in the page that it runs in. Whoever runs the script says which, and
 * gives it a global object to leave this in that nobody else sees: elsewhere the real one is called `self`.
 */
Object.assign(globalThis, { extensionKit: { openBackground, openPage, openWorld, runInPage } });
