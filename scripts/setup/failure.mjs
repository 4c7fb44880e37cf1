// Plain JavaScript: everything in setup/ runs before the project's own Node is there, on Node 18 and newer.

/** A failure that the person at the terminal can do something about: one sentence, and the remedy. */
export class SetupFailure extends Error {
  /**
   * @param {string} message what is wrong, as one sentence
   * @param {string} remedy what to do about it
   * @param {unknown} [cause]
   */
  constructor(message, remedy, cause) {
    super(message, { cause });
    this.name = "SetupFailure";
    this.remedy = remedy;
  }
}

const NETWORK_CODES =
  /\b(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Finds the known cause in an error or in a tool's output.
 * @param {string} text
 * @returns {SetupFailure | undefined}
 */
export function recogniseFailure(text) {
  if (/\bENOSPC\b|no space left on device/i.test(text)) {
    return new SetupFailure(
      "The disk is full.",
      "Free about 2 GB on the disk of this folder, then run the command again.",
    );
  }
  if (/\bEDQUOT\b/.test(text)) {
    return new SetupFailure("Your disk quota is used up.", "Free about 2 GB of it, then run the command again.");
  }
  const network = NETWORK_CODES.exec(text);
  if (network) {
    return new SetupFailure(
      `The npm registry cannot be reached (${network[1]}).`,
      "Check the network and npm's proxy and registry settings (npm config list), then run the command again.",
    );
  }
  const denied = /\b(EACCES|EPERM|EROFS)\b/.exec(text);
  if (denied) {
    return new SetupFailure(
      `A file may not be written (${denied[1]}).`,
      "Make this folder and npm's cache (npm config get cache) writable for the user who runs the command.",
    );
  }
  return undefined;
}

/**
 * Prints an error the way every command does, and gives the exit code.
 * @param {unknown} error
 * @returns {number}
 */
export function reportFailure(error) {
  const known = error instanceof SetupFailure ? error : recogniseFailure(describe(error));
  const message = known?.message ?? describe(error);
  const remedy = known?.remedy ?? "Set DEBUG=berth to see where it happened.";
  process.stderr.write(`\nberth: ${message}\n       ${remedy}\n`);
  if (/\bberth\b/.test(process.env.DEBUG ?? "")) {
    console.error(error);
  }
  return 1;
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = "code" in error && !error.message.includes(String(error.code)) ? ` (${String(error.code)})` : "";
  return `${error.message}${code}`;
}
