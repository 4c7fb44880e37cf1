import { WebSocket } from "ws";

/** Above this a result is not parsed, only measured: a client's parser is not what is compared. */
const LARGE_BYTES = 512 * 1024;
const ANSWER_TIMEOUT_MS = 60_000;
/** Without compression, which no target offers and whose negotiation would only blur the numbers. */
const SOCKET_OPTIONS = { perMessageDeflate: false, maxPayload: 128 * 1024 * 1024 };

/** An answer as far as it was read. */
export interface CdpAnswer {
  readonly bytes: number;
  /** Absent for a large result. */
  readonly result?: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly resolve: (answer: CdpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** The thinnest CDP client: its own cost is the same for every target, and small. */
export class CdpClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  /** Gets every event unparsed. */
  onEvent: ((message: Buffer) => void) | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#receive(data));
    socket.on("error", () => undefined);
    socket.on("close", (code, reason) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`The socket closed: ${code} ${reason.toString()}`));
      this.#waiting.clear();
    });
  }

  static open(url: string): Promise<CdpClient> {
    const socket = new WebSocket(url, SOCKET_OPTIONS);
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(new CdpClient(socket)));
      socket.once("error", reject);
    });
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<CdpAnswer> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  /** Sends a command whose answer may be large, and gives up after a minute. */
  async sendPatiently(method: string, params: object, sessionId: string): Promise<CdpAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`${method}: no answer in a minute`)), ANSWER_TIMEOUT_MS);
    });
    try {
      return await Promise.race([this.send(method, params, sessionId), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: Buffer): void {
    if (message[2] !== "i".charCodeAt(0)) {
      this.onEvent?.(message);
      return;
    }
    const isLarge = message.length > LARGE_BYTES;
    const answer = isLarge ? undefined : (JSON.parse(message.toString()) as Answer);
    const id = answer?.id ?? Number.parseInt(message.toString("latin1", 6, 18), 10);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer?.error) waiting?.reject(new Error(answer.error.message));
    else waiting?.resolve({ bytes: message.length, ...(answer?.result && { result: answer.result }) });
  }
}

interface Answer {
  readonly id: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** Attaches to the first tab; answers its protocol session. */
export async function attachToPage(client: CdpClient): Promise<string> {
  const { result: list } = await client.send("Target.getTargets");
  const targets = (list?.["targetInfos"] ?? []) as readonly { readonly type: string; readonly targetId: string }[];
  const page = targets.find(({ type }) => type === "page");
  if (!page) throw new Error("The browser shows no page.");
  const { result } = await client.send("Target.attachToTarget", { targetId: page.targetId, flatten: true });
  return String(result?.["sessionId"]);
}
