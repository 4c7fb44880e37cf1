import { CDP_ERROR, type CdpError } from "./messages.ts";

const MIB = 1024 * 1024;
/** Above this much unsent data toward the browser the client with the most of it is cut off. */
export const MAX_UNSENT_BYTES = 64 * MIB;
/** Above this much unread data a client is cut off: one largest message must fit, and a 128 MB isolate must hold. */
export const MAX_UNREAD_BYTES = 32 * MIB;
/** The same over all clients of the session; the one with the most is cut off. */
export const MAX_UNREAD_TOTAL_BYTES = 48 * MIB;
/** Below this a client's unread data is not worth a look at the others'. */
export const FEW_UNREAD_BYTES = 4 * MIB;
/** Commands of one client that may wait for an answer: what a flood of small ones costs in memory is bounded. */
export const MAX_WAITING_COMMANDS = 10_000;

export const SESSION_NOT_FOUND: CdpError = {
  code: CDP_ERROR.sessionNotFound,
  message: "Session with given id not found.",
};
export const TARGET_CLOSED: CdpError = { code: CDP_ERROR.server, message: "Target closed" };
export const ID_IN_USE: CdpError = {
  code: CDP_ERROR.invalidRequest,
  message: "A command with this 'id' waits for its answer already",
};
export const TOO_MANY_WAITING: CdpError = {
  code: CDP_ERROR.server,
  message: `Over ${MAX_WAITING_COMMANDS} commands of this client wait for their answers`,
};
/** Chromium itself refuses from 300 levels on. */
export const TOO_DEEP: CdpError = { code: CDP_ERROR.invalidRequest, message: "Message is nested too deeply" };
export const TOO_BIG: CdpError = {
  code: CDP_ERROR.invalidRequest,
  message: "The command is larger than 32 MiB, the most that the browser's connection carries",
};

/** Tabs, frames and workers of a session: beyond this the browser itself would give out first. */
export const MAX_TARGETS = 500;
export const MAX_CONTEXTS = 200;
