import { inject, test as base } from "vitest";
import { Api, type CreatedSession, type Dialect, createAdmin } from "./api.ts";
import { Clients } from "./clients.ts";
import { serveSite } from "./site.ts";

/** Creates sessions of a test and ends those that are left when it is over. */
export class Sessions {
  readonly #created: { readonly api: Api; readonly id: string }[] = [];
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async create(dialect: Dialect = "meshbrow", body: object = {}, api: Api = this.#api): Promise<CreatedSession> {
    const session = await api.create(dialect, body);
    this.#created.push({ api, id: session.id });
    return session;
  }

  /** Ends what still runs; a session that its test has ended already answers 404. */
  async endAll(): Promise<void> {
    await Promise.all(this.#created.splice(0).map(({ api, id }) => api.destroy(id)));
  }
}

/** The tests' fixtures: each is made when a test names it, and cleaned up after it. */
export const test = base
  .extend("berth", { scope: "worker" }, () => inject("berth"))
  .extend("api", { scope: "worker" }, ({ berth }) => new Api(berth))
  .extend("admin", { scope: "worker" }, ({ berth }) => createAdmin(berth))
  .extend("site", { scope: "file" }, async ({}, { onCleanup }) => {
    const site = await serveSite();
    onCleanup(() => site.close());
    return site;
  })
  .extend("sessions", async ({ api }, { onCleanup }) => {
    const sessions = new Sessions(api);
    onCleanup(() => sessions.endAll());
    return sessions;
  })
  // After `sessions`, and so cleaned up before them: clients leave before their session ends.
  .extend("clients", async ({ sessions: _sessions }, { onCleanup }) => {
    const clients = new Clients();
    onCleanup(() => clients.closeAll());
    return clients;
  })
  /** A session of the file's own, for tests that leave it as they found it. */
  .extend("shared", { scope: "file" }, async ({ api }, { onCleanup }) => {
    const session = await api.create("meshbrow");
    onCleanup(async () => void (await api.destroy(session.id)));
    return session;
  });
