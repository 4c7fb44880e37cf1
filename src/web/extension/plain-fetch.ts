import { PLAIN_PATH } from "../../domain/extension-link.ts";

const LOCAL = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/**
 * Lets the background ask for what is not encrypted, which a secure page may not and an extension may. What it asks for
 * goes by an address of its own, and leaves the browser by the real one.
 */
export function allowPlainFetch(): void {
  const own = self.fetch;
  self.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { protocol, hostname, hash } = new URL(request.url);
    if (protocol !== "http:" || LOCAL.test(hostname)) return own(request);
    const response = await own(
      new Request(`${location.origin}${PLAIN_PATH}${encodeURIComponent(request.url)}`, request),
    );
    const url = request.url.slice(0, request.url.length - hash.length);
    return Object.defineProperty(response, "url", { value: url });
  };
}
