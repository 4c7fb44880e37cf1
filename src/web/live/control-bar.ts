import type { ControlState, ViewerMessage } from "../../domain/live-view.ts";
import { element } from "../page-kit/elements.ts";

/** Who drives, and what a client asks a person to do. */
export class ControlBar {
  readonly root = element("div", { class: "control", "data-testid": "control" });
  readonly #text = element("span", {});
  readonly #button = element("button", { type: "button" });
  #isTaken = false;
  #isReadOnly = true;

  constructor(send: (message: ViewerMessage) => void) {
    this.root.append(this.#text, this.#button);
    this.#button.addEventListener("click", () => {
      send({ type: this.#isTaken || this.#asks ? "returnControl" : "takeControl" });
    });
  }

  #asks = false;

  setReadOnly(isReadOnly: boolean): void {
    this.#isReadOnly = isReadOnly;
    this.#button.hidden = isReadOnly;
  }

  setState({ isTaken, request }: ControlState): void {
    this.#isTaken = isTaken;
    this.#asks = request !== null;
    const asked = request === null ? "" : `Asked for help: ${request || "no reason given"}`;
    const taken = isTaken ? "A person has control; programs wait." : "";
    this.#text.textContent = [asked, taken].filter((part) => part !== "").join(" · ");
    this.#button.textContent = isTaken ? "Return control" : request === null ? "Take control" : "Done";
    this.#button.hidden = this.#isReadOnly;
    this.root.classList.toggle("asked", request !== null);
    this.root.classList.toggle("taken", isTaken);
  }
}
