import type { Protocol } from "devtools-protocol";
import { type ChosenFile, MOST_FILE_BYTES, type ViewMessage } from "../../domain/live-view.ts";
import { FileInput, type SendToPage } from "../files/file-input.ts";

export interface ChooserOptions {
  readonly send: SendToPage;
  /** Tells those who may choose. */
  readonly tell: (message: ViewMessage) => void;
}

interface Asking {
  readonly id: number;
  readonly message: Extract<ViewMessage, { type: "fileChooser" }>;
  readonly input: Promise<FileInput>;
  bytes: number;
}

/** The file chooser of a tab, which a person's own browser shows in place of the session's. */
export class Chooser {
  readonly #options: ChooserOptions;
  #count = 0;
  #asking: Asking | undefined;
  /** Parts follow each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ChooserOptions) {
    this.#options = options;
  }

  /** What is asked now. */
  get message(): ViewMessage | undefined {
    return this.#asking?.message;
  }

  opened({ backendNodeId, frameId, mode }: Protocol.Page.FileChooserOpenedEvent): void {
    this.close();
    // It was asked for by a script that has no field (`showOpenFilePicker`): nobody can choose then.
    if (backendNodeId === undefined) return;
    const { send, tell } = this.#options;
    this.#count += 1;
    const id = this.#count;
    const message = { type: "fileChooser", id, isMultiple: mode === "selectMultiple", accept: "" } as const;
    const input = FileInput.find({ send, frameId, backendNodeId });
    // Who chooses is told.
    input.catch(() => undefined);
    this.#asking = { id, message, input, bytes: 0 };
    tell(message);
  }

  /** @throws Error when the field has gone, or the files are too large. */
  part(id: number, file: number, data: string): Promise<void> {
    return this.#inTurn(async () => {
      const asking = this.#asking;
      if (asking?.id !== id) return;
      asking.bytes += (data.length / 4) * 3;
      if (asking.bytes > MOST_FILE_BYTES) {
        this.close();
        throw new Error(`No more than ${MOST_FILE_BYTES / 1024 / 1024} MB can be chosen at once.`);
      }
      await (await asking.input).keep(file, data);
      this.#options.tell({ type: "filePartTaken", chooser: id, file });
    });
  }

  /** @param files none: nothing was chosen. */
  choose(id: number, files: readonly ChosenFile[]): Promise<void> {
    return this.#inTurn(async () => {
      const asking = this.#asking;
      if (asking?.id !== id) return;
      if (files.length > 0) await (await asking.input).choose(files);
      this.close();
    });
  }

  /** Nobody is asked any more. */
  close(): void {
    const asking = this.#asking;
    if (asking === undefined) return;
    this.#asking = undefined;
    this.#options.tell({ type: "filesChosen", chooser: asking.id });
    // Its page may have gone, and the parts with it.
    asking.input.then((input) => input.drop()).catch(() => undefined);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
