import { html } from "hono/html";

export const playerPage = (): ReturnType<typeof html> => html`<!doctype html><title>Recording</title>`;
