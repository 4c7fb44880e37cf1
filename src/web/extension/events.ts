/** What an extension's code hears events with. */
export type Listener = (...args: unknown[]) => unknown;

/** One event of an API: `chrome.runtime.onMessage`. */
export class ExtensionEvent {
  readonly #listeners = new Set<Listener>();

  readonly addListener = (listener: Listener): void => {
    this.#listeners.add(listener);
  };

  readonly removeListener = (listener: Listener): void => {
    this.#listeners.delete(listener);
  };

  readonly hasListener = (listener: Listener): boolean => this.#listeners.has(listener);

  readonly hasListeners = (): boolean => this.#listeners.size > 0;

  /** Tells all listeners; answers what they answer. What one of them throws is its own to see. */
  tell(...args: readonly unknown[]): readonly unknown[] {
    return [...this.#listeners].map((listener) => {
      try {
        return listener(...args);
      } catch (error) {
        throwLater(error);
        return undefined;
      }
    });
  }
}

/** As an error that nobody has caught, where the extension's author looks for it. */
export function throwLater(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
