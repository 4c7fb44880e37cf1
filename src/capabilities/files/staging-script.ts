// What runs in a tab of Berth's own. Each function is handed over by its source.

interface Stage {
  readonly parts: Uint8Array<ArrayBuffer>[][];
  /** Files that have begun to be written. */
  begun: number;
  /** Where the next ones are written from. */
  page: Page;
}
interface Link {
  href: string;
  download: string;
  click(): void;
}
interface Page {
  readonly body: { append(frame: Frame): void };
  createElement(name: "a"): Link;
  createElement(name: "iframe"): Frame;
}
interface Frame {
  readonly contentDocument: Page;
}
declare const document: Page;

function keep(this: Stage, file: number, data: string): void {
  (this.parts[file] ??= []).push(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
}

/** Answers the address of each, by which the browser's tidings of it are told from others. */
function write(this: Stage, files: readonly { readonly file: number; readonly name: string; readonly type: string }[]) {
  const perFrame = 10;
  return files.map(({ file, name, type }) => {
    // A frame that begins more downloads than this in a second is throttled (`LocalFrame::ShouldThrottleDownload`).
    if (this.begun > 0 && this.begun % perFrame === 0) {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      this.page = frame.contentDocument;
    }
    this.begun += 1;
    const link = this.page.createElement("a");
    link.href = URL.createObjectURL(new Blob(this.parts[file] ?? [], { type }));
    link.download = name;
    link.click();
    this.parts[file] = [];
    return link.href;
  });
}

/** An expression that answers the stage of files that are on their way to the disk. */
export const STAGE = `({ parts: [], begun: 0, page: document, keep: ${String(keep)}, write: ${String(write)} })`;
