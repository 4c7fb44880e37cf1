const HEARTBEAT_TTY_MS = 1_000;
const HEARTBEAT_LOG_MS = 15_000;

// Progress goes to stderr: stdout belongs to what the command answers.

/** Rewriting a line is for people: logs and CI get whole lines. */
const interactive = process.stderr.isTTY && !process.env.CI;

/** @param {number} ms */
export function formatMs(ms) {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/**
 * Runs one step of set-up: says what starts, gives a sign of life while it lasts, and says how long it took.
 * @template T
 * @param {string} name what is being done, in the present tense
 * @param {() => Promise<T>} work
 * @param {() => string} [detail] how far it is, asked at every sign of life
 * @returns {Promise<T>}
 */
export async function step(name, work, detail) {
  const startedAt = performance.now();
  const elapsed = () => formatMs(performance.now() - startedAt);
  const line = () => [`${name} … ${elapsed()}`, detail?.()].filter(Boolean).join(", ");
  process.stderr.write(interactive ? `${name} …` : `${name} …\n`);
  const heartbeat = setInterval(
    () => process.stderr.write(interactive ? `\r\x1b[K${line()}` : `  ${line()}\n`),
    interactive ? HEARTBEAT_TTY_MS : HEARTBEAT_LOG_MS,
  );
  try {
    const result = await work();
    process.stderr.write(interactive ? `\r\x1b[K${name} … done in ${elapsed()}\n` : `  done in ${elapsed()}\n`);
    return result;
  } catch (error) {
    process.stderr.write(
      interactive ? `\r\x1b[K${name} … failed after ${elapsed()}\n` : `  failed after ${elapsed()}\n`,
    );
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}
