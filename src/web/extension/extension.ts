import { openBackground } from "./background.ts";
import { openWorld, runInPage } from "./content.ts";

/** Plays the browser's part for an extension, in the page that it runs in. Whoever runs the script says which. */
Object.assign(globalThis, { extensionKit: { openBackground, openWorld, runInPage } });
