// What runs in pages, in a world of its own. Each function is handed over by its source: it may name its parameters and
// the page's globals, and nothing else.

interface PageFiles {
  readonly items: { add(file: File): void };
  readonly files: unknown;
}
interface PageFileInput {
  files: unknown;
  dispatchEvent(event: Event): void;
}
declare const DataTransfer: new () => PageFiles;

function keep(this: unknown, file: number, data: string): void {
  const kept = globalThis as { fileParts?: Uint8Array<ArrayBuffer>[][] };
  const parts = (kept.fileParts ??= []);
  (parts[file] ??= []).push(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
}

function choose(
  this: PageFileInput,
  files: readonly { readonly name: string; readonly type: string; readonly lastModified: number }[],
): void {
  const kept = globalThis as { fileParts?: Uint8Array<ArrayBuffer>[][] };
  const chosen = new DataTransfer();
  files.forEach(({ name, type, lastModified }, index) => {
    chosen.items.add(new File(kept.fileParts?.[index] ?? [], name, { type, lastModified }));
  });
  delete kept.fileParts;
  this.files = chosen.files;
  this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  this.dispatchEvent(new Event("change", { bubbles: true }));
}

function drop(this: unknown): void {
  delete (globalThis as { fileParts?: unknown }).fileParts;
}

/** Keeps a part of a file. */
export const KEEP = String(keep);
/** Gives the field the files whose parts were kept. */
export const CHOOSE = String(choose);
export const DROP = String(drop);
