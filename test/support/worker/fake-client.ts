import type { Downstream } from "../../../src/cdp/mux-client.ts";
import type { TransportClose } from "../../../src/cdp/transport.ts";

/** A client's socket that records what it is sent. */
export class FakeClient implements Downstream {
  readonly texts: string[] = [];
  bufferedBytes = 0;
  closedWith: TransportClose | undefined;

  send(text: string): void {
    this.texts.push(text);
  }

  close(close: TransportClose): void {
    this.closedWith = close;
  }

  get messages(): readonly Record<string, unknown>[] {
    return this.texts.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  get last(): Record<string, unknown> | undefined {
    return this.messages.at(-1);
  }
}
