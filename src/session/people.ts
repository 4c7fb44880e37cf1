import type { MuxDirector } from "../cdp/director.ts";
import type { TransportClose } from "../cdp/transport.ts";
import type { Clock } from "../domain/clock.ts";
import type { SessionId } from "../domain/ids.ts";
import type { ControlState } from "../domain/live-view.ts";
import { BerthDomain } from "./berth-domain.ts";
import { ControlDesk, type ControlEvent } from "./control-desk.ts";
import type { LiveBrowser } from "./live-browser.ts";
import type { TypedSecrets } from "./typed-secrets.ts";
import type { SessionUploads } from "./session-uploads.ts";
import { LiveViews } from "./live-views.ts";

export interface PeopleOptions {
  readonly id: SessionId;
  readonly clock: Clock;
  readonly uploads: Pick<SessionUploads, "resolve">;
  readonly typed: Pick<TypedSecrets, "heldUntil" | "instead">;
  /** A person works in the session. */
  readonly onInput: () => void;
  /** Tells every CDP client of an event. */
  readonly tellClients: (event: string, params: object) => void;
}

/** CDP events of Berth's own, by what happened. */
const EVENTS: Readonly<Record<ControlEvent, string>> = {
  taken: "Berth.controlTaken",
  returned: "Berth.controlReturned",
  requested: "Berth.controlRequested",
  withdrawn: "Berth.controlRequestEnded",
};

/** The people of a session: what they see, and whether they or the clients drive. */
export class People {
  readonly desk: ControlDesk;
  readonly views: LiveViews;
  /** What clients notice of them. */
  readonly director: MuxDirector;
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    const { id, clock, onInput } = options;
    this.#options = options;
    this.desk = new ControlDesk({ clock, onChanged: (event, state) => this.#changed(event, state) });
    this.views = new LiveViews({ id, desk: this.desk, onInput });
    this.director = new BerthDomain({ desk: this.desk, uploads: options.uploads, typed: options.typed });
  }

  /** Whether the session is kept for a person, even when nobody is connected. */
  get isNeeded(): boolean {
    const { isTaken, request } = this.desk.state;
    return isTaken || request !== null;
  }

  /** The socket to the browser is lost. */
  lost(): void {
    this.views.lost();
  }

  /** There is one again. */
  back(live: LiveBrowser): void {
    this.views.follow(live);
  }

  /** The session has ended. */
  ended(close: TransportClose): void {
    this.desk.giveBack();
    this.views.closeAll(close);
  }

  #changed(event: ControlEvent, state: ControlState): void {
    this.#options.onInput();
    this.views.tellControl(state);
    this.#options.tellClients(EVENTS[event], event === "requested" ? { message: state.request } : {});
  }
}
