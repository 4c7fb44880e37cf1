export default { fetch: () => new Response("ok") };
export class BrowserSession {}
export class RateLimiter {}
