import { describe, it } from "vitest";
import type { SessionIndex } from "../../../src/accounts/session-index.ts";
import { newMeshbrowSessionId } from "../../../src/domain/ids.ts";
import type { Principal } from "../../../src/domain/plan.ts";
import type { SessionService } from "../../../src/service/session-service.ts";
import { createTenant, cryptoIds } from "../accounts/tenant.ts";
import { createServiceSetup } from "../service/fake-sessions.ts";
import { aRequest } from "../service/requests.ts";

type Call = (service: SessionService, principal: Principal, id: string) => Promise<{ readonly ok: boolean }>;

const CALLS: readonly (readonly [string, Call])[] = [
  ["describe", (service, principal, id) => service.describe(principal, id)],
  ["end", (service, principal, id) => service.end(principal, id)],
  ["pages", (service, principal, id) => service.pages(principal, id)],
  ["setTags", (service, principal, id) => service.setTags(principal, id, ["taken"])],
  ["createToken", (service, principal, id) => service.createToken(principal, id, "cdp")],
  ["revokeToken", (service, principal, id) => service.revokeToken(principal, id, "ct_x")],
];

/** Notes which of the index's methods are called: each is a round trip that shows in the time of an answer. */
function watch(index: SessionIndex, asked: string[]): SessionIndex {
  return new Proxy(index, {
    get(target, name, receiver) {
      asked.push(String(name));
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

describe("another account's session", () => {
  it.for(CALLS)(
    "is, to %s, one that never existed: the same answer after the same work",
    async ([, call], { expect }) => {
      const asked: string[] = [];
      const setup = await createServiceSetup({ wrapIndex: (index) => watch(index, asked) });
      const { principal: stranger } = await createTenant();
      const created = await setup.service.create(setup.principal, aRequest());
      if (!created.ok) throw new Error("the session was not created");
      const { id } = created.value.view;
      const look = async (target: string) => {
        asked.splice(0);
        setup.sessions.asked.splice(0);
        const answer = await call(setup.service, stranger, target);
        const text = JSON.stringify(answer).replaceAll(target, "ID");
        return { ok: answer.ok, text, queries: [...asked], objects: setup.sessions.asked.length };
      };
      const foreign = await look(id);
      expect(foreign.ok).toBe(false);
      expect(foreign).toEqual(await look(newMeshbrowSessionId(cryptoIds)));
      expect(setup.sessions.isRunning(id)).toBe(true);
    },
  );
});
