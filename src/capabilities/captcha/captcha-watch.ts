import type { FrameTree, KnownFrame } from "../../cdp/frame-tree.ts";
import type { GatedTarget } from "../../cdp/target-gate.ts";
import type { CaptchaTask } from "../../domain/captcha.ts";
import { captchaListener } from "./captcha-script.ts";

/** Longer than any document lives: the answer comes when the page asks for a puzzle. */
const DAY_MS = 24 * 60 * 60 * 1000;

export interface CaptchaWatchOptions {
  readonly frames: FrameTree;
  /** What the script is asked by. */
  readonly name: string;
  /** Answers the solution; `undefined` for a puzzle that nobody has solved. Never rejects. */
  readonly solve: (task: CaptchaTask) => Promise<string | undefined>;
}

/** Waits in every document for puzzles, and brings answers back to where they are asked. */
export class CaptchaWatch {
  readonly #options: CaptchaWatchOptions;

  constructor(options: CaptchaWatchOptions) {
    this.#options = options;
  }

  /** From now on, in every document that comes. */
  start(): void {
    this.#options.frames.onDocument((frame) => void this.#watch(frame));
  }

  /** Whatever fails does so because the document has gone. */
  async #watch({ id: frameId, url, target: { send } }: KnownFrame): Promise<void> {
    if (!/^https?:/.test(url)) return;
    try {
      const { executionContextId: contextId } = await send("Page.createIsolatedWorld", { frameId, worldName: "" });
      const expression = captchaListener(this.#options.name);
      const { result: listener } = await send("Runtime.evaluate", { expression, contextId, silent: true });
      const { objectId } = listener;
      if (objectId === undefined) return;
      const asking = { functionDeclaration: "function () { return this.next(); }", objectId, silent: true };
      for (;;) {
        const next = { ...asking, awaitPromise: true, returnByValue: true };
        const { result } = await send("Runtime.callFunctionOn", next, { timeoutMs: DAY_MS });
        const met = result.value as NumberedTask | undefined;
        if (met === undefined) return;
        void this.#answer(send, objectId, met);
      }
    } catch {
      // So has whoever waited for an answer.
    }
  }

  async #answer(send: GatedTarget["send"], objectId: string, { id, ...task }: NumberedTask): Promise<void> {
    const token = await this.#options.solve(task);
    const functionDeclaration = "function (id, token) { this.answer(id, token); }";
    const given = [{ value: id }, ...(token === undefined ? [] : [{ value: token }])];
    // As a person's doing: pages go on from here as from a click.
    const call = { functionDeclaration, objectId, arguments: given, userGesture: true, silent: true };
    await send("Runtime.callFunctionOn", call).catch(() => undefined);
  }
}

/** Tells apart what one document asks for. */
type NumberedTask = CaptchaTask & { readonly id: number };
