/**
 * Source of an expression that gives a property of an object another value where nothing native can.
 *
 * The getter stays the browser's own function, behind a proxy: its name, its length, its errors on foreign objects
 * and its descriptor are the native ones. What is left to see is that `Function.prototype.toString` of it names no
 * function (docs/stealth.md, "What is left").
 */
export function nativeGetter(prototype: "Navigator" | "WorkerNavigator", property: string, value: unknown): string {
  return `(() => {
  const owner = ${prototype}.prototype;
  const descriptor = Object.getOwnPropertyDescriptor(owner, ${JSON.stringify(property)});
  if (!descriptor?.get) return;
  const { apply } = Reflect;
  const get = new Proxy(descriptor.get, {
    apply: (target, self, args) => (apply(target, self, args), ${JSON.stringify(value)}),
  });
  Object.defineProperty(owner, ${JSON.stringify(property)}, { ...descriptor, get });
})()`;
}
