import type { Protocol } from "devtools-protocol";
import { type ChosenFile, MOST_FILE_BYTES, type ViewMessage } from "../../domain/live-view.ts";
import { FileInput, type SendToPage } from "../files/file-input.ts";
import { canBeStaged, StagedFiles, type StagingBrowser } from "../files/staged-files.ts";

export interface ChooserOptions {
  readonly send: SendToPage;
  /** Tells those who may choose. */
  readonly tell: (message: ViewMessage) => void;
  /** Where files are put; `undefined` where no file of a session may be. */
  readonly staging: { readonly browser: StagingBrowser; readonly folder: () => string } | undefined;
}

/** Takes files part by part, and gives them to a field. */
interface Filling {
  keep(file: number, data: string): Promise<void>;
  choose(): Promise<void>;
  drop(): void;
}

interface Asking {
  readonly id: number;
  message: Extract<ViewMessage, { type: "fileChooser" }>;
  readonly frameId: string;
  readonly backendNodeId: number;
  filling: Promise<Filling> | undefined;
  bytes: number;
}

/** The file chooser of a tab, which a person's own browser shows in place of the session's. */
export class Chooser {
  readonly #options: ChooserOptions;
  #count = 0;
  #asking: Asking | undefined;
  /** Messages follow each other. */
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
    this.#count += 1;
    const id = this.#count;
    const message = { type: "fileChooser", id, isMultiple: mode === "selectMultiple", accept: "" } as const;
    this.#asking = { id, message, frameId, backendNodeId, filling: undefined, bytes: 0 };
    void this.#ask(this.#asking);
  }

  async #ask(asking: Asking): Promise<void> {
    asking.message = { ...asking.message, accept: await this.#accepted(asking.backendNodeId) };
    if (this.#asking === asking) this.#options.tell(asking.message);
  }

  /** What the field says that it takes; `""` is anything. */
  async #accepted(backendNodeId: number): Promise<string> {
    try {
      const { node } = await this.#options.send("DOM.describeNode", { backendNodeId });
      const { attributes = [] } = node;
      const at = attributes.findIndex((name, index) => index % 2 === 0 && name === "accept");
      return at === -1 ? "" : (attributes[at + 1] ?? "");
    } catch {
      // The field has gone.
      return "";
    }
  }

  /** @param files none: nothing was chosen. @throws Error when the field has gone. */
  begin(id: number, files: readonly ChosenFile[]): Promise<void> {
    return this.#inTurn(id, async (asking) => {
      if (files.length === 0) return this.close();
      asking.filling = this.#fill(asking, files);
      await asking.filling;
    });
  }

  /** @throws Error when the files are too large. */
  part(id: number, file: number, data: string): Promise<void> {
    return this.#inTurn(id, async (asking) => {
      asking.bytes += (data.length / 4) * 3;
      if (asking.bytes > MOST_FILE_BYTES) {
        this.close();
        throw new Error(`No more than ${MOST_FILE_BYTES / 1024 / 1024} MB can be chosen at once.`);
      }
      await (await asking.filling)?.keep(file, data);
      this.#options.tell({ type: "filePartTaken", chooser: id, file });
    });
  }

  /** All of it is there. */
  choose(id: number): Promise<void> {
    return this.#inTurn(id, async (asking) => {
      await (await asking.filling)?.choose();
      this.close();
    });
  }

  /** Nobody is asked any more. */
  close(): void {
    const asking = this.#asking;
    if (asking === undefined) return;
    this.#asking = undefined;
    this.#options.tell({ type: "filesChosen", chooser: asking.id });
    asking.filling?.then((filling) => filling.drop()).catch(() => undefined);
  }

  /** By way of that machine's disk, as the browser itself would; or in the page, where that does not do. */
  async #fill({ backendNodeId, frameId }: Asking, files: readonly ChosenFile[]): Promise<Filling> {
    const { send, staging } = this.#options;
    if (staging !== undefined && files.every(({ name }) => canBeStaged(name))) {
      const staged = await StagedFiles.open(staging.browser, staging.folder());
      return {
        keep: (file, data) => staged.keep(file, data),
        choose: async () => {
          await send("DOM.setFileInputFiles", { backendNodeId, files: [...(await staged.finish(files))] });
        },
        drop: () => staged.close(),
      };
    }
    const input = await FileInput.find({ send, frameId, backendNodeId });
    return {
      keep: (file, data) => input.keep(file, data),
      choose: () => input.choose(files),
      // Its page may have gone, and the parts with it.
      drop: () => void input.drop().catch(() => undefined),
    };
  }

  #inTurn(id: number, work: (asking: Asking) => Promise<void>): Promise<void> {
    const turn = this.#last.then(async () => {
      if (this.#asking?.id === id) await work(this.#asking);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
