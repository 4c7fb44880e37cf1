import type { MuxClient } from "./mux-client.ts";
import { MAX_UNREAD_TOTAL_BYTES } from "./mux-limits.ts";

/** Messages and their UTF-16 code units in both directions between clients and Berth. */
export interface Traffic {
  messages: number;
  units: number;
  /** Messages that no client got: its reader was cut off, or the command had been answered with an error. */
  dropped: number;
}

/** The client that weighs most: what several have piled up is charged to whoever piled up most of it. */
export function heaviestOf(clients: Iterable<MuxClient>, weight: (client: MuxClient) => number): MuxClient | undefined {
  let heaviest: MuxClient | undefined;
  for (const client of clients) {
    if (heaviest === undefined || weight(client) > weight(heaviest)) heaviest = client;
  }
  return heaviest;
}

/** The client with the most unread data, when all of them together have left too much. */
export function slowestOf(clients: Iterable<MuxClient>): MuxClient | undefined {
  let total = 0;
  for (const { unread } of clients) total += unread;
  return total > MAX_UNREAD_TOTAL_BYTES ? heaviestOf(clients, ({ unread }) => unread) : undefined;
}
