import process from "node:process";
import { listProcesses } from "../../../scripts/setup/browser-processes.mjs";
import type { CdpSocket } from "./cdp-socket.ts";
import { listBrowserProcesses } from "./processes.ts";

/** One session's Chromium as the system sees it. */
export class SessionBrowser {
  readonly #pid: number;
  readonly #pids: ReadonlySet<number>;

  private constructor(pid: number) {
    this.#pid = pid;
    // Noted now: who looks for them later finds children by their leader.
    const own = listBrowserProcesses().filter((each) => each.pid === pid || each.group === pid);
    if (own.length === 0) throw new Error(`process ${pid} is no browser of this run`);
    this.#pids = new Set(own.map((each) => each.pid));
  }

  /** Asks the browser itself. */
  static async behind(socket: CdpSocket): Promise<SessionBrowser> {
    const { result } = await socket.send("SystemInfo.getProcessInfo");
    const infos = result?.["processInfo"] as readonly { readonly type: string; readonly id: number }[];
    return new SessionBrowser(infos.find(({ type }) => type === "browser")?.id ?? 0);
  }

  /** How many of its processes run, stopped ones included. */
  countProcesses(): number {
    return listProcesses().filter(({ pid }) => this.#pids.has(pid)).length;
  }

  /** Signals its main process; one that has ended already is no error. */
  signal(name: NodeJS.Signals): void {
    try {
      process.kill(this.#pid, name);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}
