/*
 * What "zod" means in the Worker (wrangler.toml, [alias]). The package's own `z` has its messages in fifty languages,
 * and libraries pass it on whole, so that no bundler can leave them out: an eighth of the Worker, and of its start.
 */
export * as z from "./zod-names.ts";
export * from "./zod-names.ts";
