import type { Clock } from "../../../src/domain/clock.ts";
import type { SessionId } from "../../../src/domain/ids.ts";
import { People } from "../../../src/session/people.ts";

/** Of a session that nobody looks at. */
export const nobody = (clock: Clock): People =>
  new People({
    id: "" as SessionId,
    clock,
    uploads: { resolve: (file) => file },
    typed: { heldUntil: () => undefined, instead: () => undefined },
    onInput: () => undefined,
    tellClients: () => undefined,
  });
