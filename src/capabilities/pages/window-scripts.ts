/**
 * Sources of what pages' own functions do differently. Each function stays the browser's own behind a proxy: its name,
 * its length and its errors are the native ones. What is left to see is that `Function.prototype.toString` of it names
 * no function (docs/stealth.md, "What is left").
 */

/** Windows that are there already are looked up by these names; they open nothing. */
const OWN_NAMES = ["_self", "_parent", "_top"];

export interface WindowOpening {
  /** Windows open for a person's doing only. */
  readonly needsActivation: boolean;
  /** Whatever size a page asks for, it gets a tab. */
  readonly asTab: boolean;
}

/** Source of a script that decides what `window.open` opens. */
export const windowOpening = ({ needsActivation, asTab }: WindowOpening): string => `{
  const { apply } = Reflect;
  const { userActivation } = navigator;
  const { get } = Object.getOwnPropertyDescriptor(UserActivation.prototype, "isActive");
  const own = window.open;
  const windows = new Map();
  const isThere = (name) => {
    const known = windows.get(name)?.deref();
    return ${JSON.stringify(OWN_NAMES)}.includes(name.toLowerCase()) || name in window || (known && !known.closed);
  };
  const kept = (features) => String(features).split(",").map((each) => each.trim())
    .filter((each) => /^(noopener|noreferrer|attributionsrc)\\b/i.test(each)).join(",");
  const opened = new Proxy(own, {
    apply: (target, self, args) => {
      const [url, name = "", features] = args;
      const isNamed = typeof name === "string" && name !== "";
      if (${needsActivation} && !apply(get, userActivation, []) && !(isNamed && isThere(name))) return null;
      const given = ${asTab} && features !== undefined ? [url, name, kept(features)] : args;
      const result = apply(target, self, given);
      if (result && isNamed) windows.set(name, new WeakRef(result));
      return result;
    },
  });
  Object.defineProperty(window, "open", { value: opened, writable: true, enumerable: true, configurable: true });
}`;

/** Source of a script that answers pages' dialogs at once, as somebody who declines them. */
export const NO_DIALOGS = `{
  for (const [name, answer] of [["alert"], ["print"], ["confirm", false], ["prompt", null]]) {
    const value = new Proxy(window[name], { apply: () => answer });
    Object.defineProperty(window, name, { value, writable: true, enumerable: true, configurable: true });
  }
}`;
