import { FILE_PART_UNITS, MOST_FILE_BYTES, type ViewerMessage, type ViewMessage } from "../../domain/live-view.ts";
import { element } from "../page-kit/elements.ts";
import type { Panels } from "./panels.ts";

export interface FileChooserOptions {
  readonly panels: Panels;
  readonly send: (message: ViewerMessage) => void;
}

/** Bytes that make a part's base64. */
const PART_BYTES = (FILE_PART_UNITS / 4) * 3;

/** Files of this person's machine for an `<input type=file>` of the session's page. */
export class FileChooser {
  readonly #options: FileChooserOptions;
  #panel: HTMLElement | undefined;
  #id: number | undefined;
  #onTaken: (() => void) | undefined;

  constructor(options: FileChooserOptions) {
    this.#options = options;
  }

  open({ id, isMultiple, accept }: Extract<ViewMessage, { type: "fileChooser" }>): void {
    this.close();
    this.#id = id;
    const input = element("input", { type: "file", multiple: isMultiple, accept, "aria-label": "Files" });
    const text = isMultiple ? "The page asks for files." : "The page asks for a file.";
    const cancel = element("button", { type: "button", click: () => this.#refuse(id) }, "Cancel");
    const progress = element("progress", { max: 1, value: 0, hidden: true });
    input.addEventListener("change", () => {
      progress.hidden = false;
      void this.#upload(id, [...(input.files ?? [])], progress);
    });
    const panel = element("div", { class: "dialog" }, element("p", {}, text), input, progress);
    panel.append(element("div", { class: "choices" }, cancel));
    this.#panel = element("div", { class: "cover", role: "dialog", "aria-label": "Choose files" }, panel);
    this.#options.panels.root.append(this.#panel);
    input.focus();
  }

  /** The session has what was sent: the next part may come. */
  taken(chooser: number): void {
    if (chooser === this.#id) this.#onTaken?.();
  }

  close(): void {
    this.#panel?.remove();
    this.#panel = undefined;
    this.#id = undefined;
    this.#onTaken?.();
  }

  #refuse(chooser: number): void {
    this.#options.send({ type: "files", chooser, files: [] });
    this.close();
  }

  async #upload(chooser: number, files: readonly File[], progress: HTMLProgressElement): Promise<void> {
    const total = files.reduce((sum, { size }) => sum + size, 0);
    if (total > MOST_FILE_BYTES) {
      this.#options.panels.notice(`No more than ${MOST_FILE_BYTES / 1024 / 1024} MB can be chosen at once.`);
      return this.#refuse(chooser);
    }
    const chosen = files.map(({ name, type, lastModified }) => ({ name, type, lastModified }));
    this.#options.send({ type: "files", chooser, files: chosen });
    let sent = 0;
    for (const [index, file] of files.entries()) {
      for (let from = 0; from < file.size; from += PART_BYTES) {
        const data = await toBase64(file.slice(from, from + PART_BYTES));
        if (this.#id !== chooser) return;
        await new Promise<void>((resolve) => {
          this.#onTaken = resolve;
          this.#options.send({ type: "filePart", chooser, file: index, data });
        });
        sent += PART_BYTES;
        progress.value = Math.min(1, sent / total);
      }
    }
    if (this.#id !== chooser) return;
    this.#options.send({ type: "filesSent", chooser });
  }
}

async function toBase64(part: Blob): Promise<string> {
  const reader = new FileReader();
  const read = new Promise((resolve, reject) => {
    reader.addEventListener("load", resolve);
    reader.addEventListener("error", reject);
  });
  reader.readAsDataURL(part);
  await read;
  const url = typeof reader.result === "string" ? reader.result : "";
  return url.slice(url.indexOf(",") + 1);
}
