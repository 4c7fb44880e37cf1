import { setTimeout as sleep } from "node:timers/promises";
import { RECONNECT_LIMIT_MS, reconnect, type SoakConnection, within } from "./connection.ts";
import { Model } from "./model.ts";
import type { Random } from "./random.ts";
import { settleUnconfirmed } from "./settle.ts";
import { navigate, pickStep, setCookie, type StepContext } from "./steps.ts";
import { lookAtTabs, type SeenTab } from "./tabs.ts";
import { type Drop, DROPS, type Tally } from "./tally.ts";

/** A client thinks between its steps: without a pause the browsers' own work would fill the machine. */
const MOST_THINKING_MS = 300;
/** In the middle of a step: most steps take a few of these. */
const MOST_MID_STEP_MS = 40;
/** Of ten things that happen, how many take the connection away. */
const DROP_SHARE = 0.25;

export interface SoakSessionOptions {
  readonly name: string;
  readonly cdpUrl: string;
  readonly pageUrl: string;
  readonly random: Random;
  readonly tally: Tally;
  /** Loses the session's Durable Object with all it has in memory. */
  readonly reset: () => Promise<void>;
}

/** A session with one client that works in it and keeps losing its connection. */
export class SoakSession {
  readonly #options: SoakSessionOptions;
  readonly #model = new Model();
  #connection: SoakConnection | undefined;
  #last = "the start";

  constructor(options: SoakSessionOptions) {
    this.#options = options;
  }

  /**
   * Works until it is told to stop; what was found wrong is in the tally.
   *
   * @throws Error when the session does not let its client in any more.
   */
  async run(isOver: () => boolean): Promise<void> {
    const { random } = this.#options;
    await this.#prepare();
    while (!isOver()) {
      await sleep(random.below(MOST_THINKING_MS));
      if (random.next() < DROP_SHARE) await this.#lose(random.pick(DROPS));
      else await this.#step();
    }
    await this.#comeBack("unplanned");
    await this.#connection?.close();
  }

  /** Takes over the tab that the session has from the start. */
  async #prepare(): Promise<void> {
    const { connection } = await reconnect(this.#options.cdpUrl);
    this.#connection = connection;
    const { tabs } = await connection.whileOpen(lookAtTabs(connection.browser));
    if (tabs.length !== 1) this.#failed({ what: "tabs of a new session", expected: "1", found: `${tabs.length}` });
    await connection.whileOpen(this.#takeOver(connection, tabs));
  }

  /** Gives every tab that is there a state that is known. */
  async #takeOver(connection: SoakConnection, tabs: readonly SeenTab[]): Promise<void> {
    const context = this.#context(connection);
    this.#model.tabs.clear();
    for (const { page, targetId } of tabs) await navigate(context, page, targetId);
    await setCookie(context);
  }

  async #step(): Promise<void> {
    const connection = await this.#connected();
    const context = this.#context(connection);
    const [name, step] = pickStep(context);
    this.#options.tally.steps += 1;
    try {
      await connection.whileOpen(step(context));
    } catch (error) {
      // A connection that went in the middle of the step is seen to by the next one.
      if (!connection.isOpen) return;
      this.#failed({ what: `step "${name}"`, expected: "to succeed", found: String(error) });
      connection.drop();
    }
  }

  async #lose(drop: Drop): Promise<void> {
    const connection = await this.#connected();
    const isMidStep = drop.endsWith("MidStep");
    // Mid-step the connection goes with the step under way: it may fail or succeed.
    const step = isMidStep ? pickStep(this.#context(connection))[1](this.#context(connection)) : Promise.resolve();
    const settled = connection.whileOpen(step).catch(() => undefined);
    if (isMidStep) await sleep(this.#options.random.below(MOST_MID_STEP_MS));
    await this.#takeAway(connection, drop);
    await settled;
    await this.#comeBack(drop);
  }

  async #takeAway(connection: SoakConnection, drop: Drop): Promise<void> {
    switch (drop) {
      case "dropped":
      case "droppedMidStep":
        return connection.drop();
      case "closed":
        await connection.close();
        return;
      case "resetWhileAway":
        await connection.close();
        return this.#options.reset();
      case "reset":
      case "resetMidStep":
        await this.#options.reset();
        return this.#requireTold(connection);
      default:
        drop satisfies never;
    }
  }

  /** A client whose session lost its host must hear of it, or it would wait for ever. */
  async #requireTold(connection: SoakConnection): Promise<void> {
    try {
      await within(RECONNECT_LIMIT_MS, connection.closed);
    } catch {
      this.#failed({
        what: "the socket after the reset",
        expected: "closed",
        found: `open ${RECONNECT_LIMIT_MS} ms on`,
      });
      connection.drop();
    }
  }

  /** The connection; a new one when the session has closed it on its own. */
  async #connected(): Promise<SoakConnection> {
    if (this.#connection?.isOpen) return this.#connection;
    return this.#comeBack("unplanned");
  }

  async #comeBack(drop: Drop | "unplanned"): Promise<SoakConnection> {
    const { tally, cdpUrl } = this.#options;
    const before = this.#connection;
    if (before?.isOpen && drop === "unplanned") return before;
    this.#last = drop;
    if (before) tally.dropped(drop, await before.closed);
    const { connection, ms } = await reconnect(cdpUrl);
    tally.reconnectMs.push(ms);
    this.#connection = connection;
    try {
      await connection.whileOpen(settleUnconfirmed(this.#context(connection)));
      await this.#check(connection);
    } catch (error) {
      if (connection.isOpen)
        this.#failed({ what: "looking at the tabs", expected: "to succeed", found: String(error) });
    }
    return connection;
  }

  async #check(connection: SoakConnection): Promise<void> {
    const seen = await connection.whileOpen(lookAtTabs(connection.browser));
    this.#options.tally.tabsChecked += seen.tabs.length;
    const differences = this.#model.compare(seen);
    for (const difference of differences) this.#failed(difference);
    // So that one fault is told once.
    if (differences.length > 0) await connection.whileOpen(this.#takeOver(connection, seen.tabs));
  }

  #context({ browser }: SoakConnection): StepContext {
    const { random, name, pageUrl } = this.#options;
    return { browser, random, name, pageUrl, model: this.#model };
  }

  #failed(difference: { readonly what: string; readonly expected: string; readonly found: string }): void {
    this.#options.tally.failed({ ...difference, session: this.#options.name, after: this.#last });
  }
}
