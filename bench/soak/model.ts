import type { SeenTabs } from "./tabs.ts";

/** A tab as it must be found again. */
export interface ExpectedTab {
  readonly url: string;
  /** The value of `window.__mark`, which a reload or another tab does not have. */
  readonly mark: string;
}

/** A change that was asked for and not confirmed: when the connection goes, it may have happened or not. */
export type Unconfirmed =
  | { readonly kind: "open" }
  | { readonly kind: "close"; readonly targetId: string }
  | { readonly kind: "navigate"; readonly targetId: string }
  | { readonly kind: "cookie" };

/** A difference between what was expected and what was found. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

/** What a session must show to every client that comes to it. */
export class Model {
  readonly tabs = new Map<string, ExpectedTab>();
  cookie = "";
  unconfirmed: Unconfirmed | undefined;

  /** Compares everything; an empty list is a session as it should be. */
  compare({ tabs, listed }: SeenTabs): Difference[] {
    const ids = (list: Iterable<string>): string => [...list].toSorted().join(" ");
    const expectedIds = ids(this.tabs.keys());
    const sets = [
      { what: "tabs that Puppeteer shows", expected: expectedIds, found: ids(tabs.map(({ targetId }) => targetId)) },
      { what: "tabs that Target.getTargets lists", expected: expectedIds, found: ids(listed) },
    ];
    const states = tabs.flatMap(({ targetId, url, mark, cookie }) => {
      const expected = this.tabs.get(targetId);
      if (!expected) return [];
      return [
        { what: `URL of tab ${targetId}`, expected: expected.url, found: url },
        { what: `window.__mark of tab ${targetId}`, expected: expected.mark, found: String(mark) },
        { what: `cookie in tab ${targetId}`, expected: this.cookie, found: cookie },
      ];
    });
    return [...sets, ...states].filter(({ expected, found }) => expected !== found);
  }
}
