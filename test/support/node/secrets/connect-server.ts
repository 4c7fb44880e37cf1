import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A field as Connect's API answers it. */
interface Field {
  readonly id: string;
  readonly label: string;
  readonly type?: string;
  readonly purpose?: string;
  readonly value?: string;
  readonly totp?: string;
  readonly section?: { readonly id: string };
}

export interface VaultItem {
  readonly title: string;
  readonly urls: readonly string[];
  readonly fields: readonly Field[];
  readonly sections?: readonly { readonly id: string; readonly label: string }[];
}

const ID = (n: number): string => `vault0item0000000000000000`.slice(0, 24) + String(n).padStart(2, "0");

/** A 1Password Connect server with one vault, over its real wire protocol (API version 1.7). */
export async function serveConnect(options: { readonly token: string; readonly vault: string }) {
  const items: VaultItem[] = [];
  const state = { isDown: false };
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (state.isDown) return answer(500, { status: 500, message: "down" });
    if (request.headers.authorization !== `Bearer ${options.token}`) {
      return answer(401, { status: 401, message: "Invalid token signature" });
    }
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://connect");
    const named = /^(?:name|title) eq "(.*)"$/.exec(searchParams.get("filter") ?? "")?.[1];
    if (pathname === "/v1/vaults") return answer(200, named === options.vault ? [{ id: ID(0), name: named }] : []);
    if (pathname === `/v1/vaults/${ID(0)}/items`) {
      const found = items.flatMap(({ title }, at) => (title === named ? [{ id: ID(at + 1), title }] : []));
      return answer(200, found);
    }
    const at = items.findIndex((_item, at) => pathname === `/v1/vaults/${ID(0)}/items/${ID(at + 1)}`);
    const item = items[at];
    if (item === undefined) return answer(404, { status: 404, message: "not found" });
    return answer(200, { ...item, id: ID(at + 1), urls: item.urls.map((href) => ({ href })) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    add: (item: VaultItem) => void items.push(item),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type ConnectServer = Awaited<ReturnType<typeof serveConnect>>;
