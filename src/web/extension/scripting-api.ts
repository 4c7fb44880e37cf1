import type { Injection, StyleInjection } from "../../domain/extension-link.ts";
import { methods } from "./answers.ts";
import { ENUMERATIONS } from "./enumerations.ts";
import type { Place } from "./place.ts";

interface Target {
  readonly tabId: number;
  readonly frameIds?: readonly number[];
  readonly allFrames?: boolean;
}

interface ScriptDetails {
  readonly target: Target;
  readonly func?: (...args: never[]) => unknown;
  readonly args?: readonly unknown[];
  readonly files?: readonly string[];
  readonly world?: "ISOLATED" | "MAIN";
  readonly injectImmediately?: boolean;
}

interface StyleDetails {
  readonly target: Target;
  readonly css?: string;
  readonly files?: readonly string[];
}

/** `chrome.scripting`: what is run is carried to the tab by the session's object. */
export function scriptingApi(place: Place) {
  const style = (isRemoved: boolean) => (details: StyleDetails) => {
    const { css, files } = details;
    if ((css === undefined) === (files === undefined)) {
      throw new Error("Exactly one of 'css' and 'files' must be specified.");
    }
    const what = css === undefined ? { files: files ?? [] } : { css };
    const injection: StyleInjection = { ...frames(details.target), isRemoved, ...what };
    return place.ask("browser", "scripting.style", [injection]);
  };
  return {
    ...ENUMERATIONS.scripting,
    ...methods({
      executeScript: (details: ScriptDetails) => {
        const { func, args = [], files, world = "ISOLATED", injectImmediately: immediately = false } = details;
        if ((func === undefined) === (files === undefined)) {
          throw new Error("Exactly one of 'func' and 'files' must be specified.");
        }
        const what =
          func === undefined ? { files: files ?? [] } : { func: { source: String(func), args: JSON.stringify(args) } };
        const injection: Injection = { ...frames(details.target), world, immediately, ...what };
        return place.ask("browser", "scripting.run", [injection]);
      },
      insertCSS: style(false),
      removeCSS: style(true),
    }),
  };
}

const frames = ({ tabId, frameIds, allFrames = false }: Target) => ({
  tabId,
  allFrames,
  ...(frameIds !== undefined && { frameIds }),
});
