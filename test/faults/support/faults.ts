/** What may be done to a call on its way; `forward` lets it through. */
export type Interference<T> = (forward: () => Promise<T>) => Promise<T>;

/** A socket between Berth and the real browser that a test can cut or silence. */
export interface TappedSocket {
  /** Breaks off without a close frame of the browser's. */
  cut(code?: number): void;
  /** Swallows everything in both directions from now on. */
  silence(): void;
}

/** Calls of the browser binding, as Berth makes them. */
export type BindingCall = "launch" | "connect" | "close";
/** Statements of D1, by what they are for. */
export type DatabaseCall = "admission" | "status" | "end" | "version";
export type BucketCall = "get" | "put" | "delete";

/**
 * The faults that are to happen, and what is known of the browsers. Tests and the Worker under test run in one
 * isolate, so this module is their common ground.
 */
class Faults {
  /** Ids of all browsers that the engine has started, also those whose answer was lost. */
  readonly launched: string[] = [];
  readonly sockets: TappedSocket[] = [];
  /** What the engine tells of browsers that ended. */
  readonly history: { readonly sessionId: string; readonly closeReasonText: string }[] = [];
  /** Milliseconds that Berth's clock is off. */
  clockOffsetMs = 0;
  /** While set, new sockets to the browser say nothing either. */
  wedged = false;
  readonly #binding = new Map<BindingCall, Interference<Response>>();
  readonly #database = new Map<DatabaseCall, Interference<unknown>>();
  readonly #bucket = new Map<BucketCall, { interference: Interference<unknown>; of: RegExp }>();

  onBinding(call: BindingCall, interference: Interference<Response>): void {
    this.#binding.set(call, interference);
  }

  onDatabase(call: DatabaseCall, interference: Interference<unknown>): void {
    this.#database.set(call, interference);
  }

  /** @param of what the key of the object, or of each of them, is to match. */
  onBucket(call: BucketCall, interference: Interference<unknown>, of = /./): void {
    this.#bucket.set(call, { interference, of });
  }

  async throughBucket<T>(call: BucketCall, key: unknown, forward: () => Promise<T>): Promise<T> {
    const fault = this.#bucket.get(call);
    // As with D1.
    return fault?.of.test(String(key)) === true ? ((await fault.interference(forward)) as T) : forward();
  }

  throughBinding(call: BindingCall | undefined, forward: () => Promise<Response>): Promise<Response> {
    const interference = call && this.#binding.get(call);
    return interference ? interference(forward) : forward();
  }

  async throughDatabase<T>(call: DatabaseCall | undefined, forward: () => Promise<T>): Promise<T> {
    const interference = call && this.#database.get(call);
    // An interference passes on what `forward` answers, or throws.
    return interference ? ((await interference(forward)) as T) : forward();
  }

  /** Forgets the browsers and sockets of earlier tests. */
  forget(): void {
    this.launched.length = 0;
    this.sockets.length = 0;
    this.history.length = 0;
  }

  /** Everything works again; what was noted of browsers stays. */
  heal(): void {
    this.#binding.clear();
    this.#database.clear();
    this.#bucket.clear();
    this.clockOffsetMs = 0;
    this.wedged = false;
  }
}

export const faults = new Faults();

/** Fails the first `times` calls by `fault`, then lets all through. */
export function first<T>(times: number, fault: Interference<T>): Interference<T> {
  let left = times;
  return (forward) => {
    left -= 1;
    return left >= 0 ? fault(forward) : forward();
  };
}

export const answers =
  (status: number, headers: HeadersInit = {}): Interference<Response> =>
  () =>
    Promise.resolve(new Response("a fault of the test", { status, headers }));

export const rejects =
  <T>(message: string): Interference<T> =>
  () =>
    Promise.reject(new Error(message));

/** The work is done, but nobody hears of it. */
export const losesAnswer =
  <T>(message: string): Interference<T> =>
  async (forward) => {
    await forward();
    throw new Error(message);
  };

export const hangs =
  <T>(): Interference<T> =>
  () =>
    new Promise<never>(() => undefined);
