// What runs in a tab of Berth's own. Each function is handed over by its source.

interface Stage {
  readonly parts: Uint8Array<ArrayBuffer>[][];
}
interface Link {
  href: string;
  download: string;
  click(): void;
}
declare const document: { createElement(name: "a"): Link };

function keep(this: Stage, file: number, data: string): void {
  (this.parts[file] ??= []).push(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
}

function write(this: Stage, file: number, ...[name = "", type = ""]: string[]): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(this.parts[file] ?? [], { type }));
  link.download = name;
  link.click();
  this.parts[file] = [];
}

/** An expression that answers the stage of files that are on their way to the disk. */
export const STAGE = `({ parts: [], keep: ${String(keep)}, write: ${String(write)} })`;
