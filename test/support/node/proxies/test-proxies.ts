import { createHash, X509Certificate } from "node:crypto";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Socks5Server } from "@pondwader/socks5-server";
import { Server as HttpProxyServer } from "proxy-chain";
import { CERTIFICATE, PRIVATE_KEY } from "./test-certificate.ts";

/** What Chromium has to be launched with to take the HTTPS proxy for what it says. */
export function trustFlag(): string {
  const { publicKey } = new X509Certificate(CERTIFICATE);
  const hash = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
  return `--ignore-certificate-errors-spki-list=${hash}`;
}

/** A proxy whose connections leave from a loopback address of its own: who is asked by it knows that by the peer. */
export interface TestProxy {
  /** As sessions are told: `http://127.0.0.1:PORT`. */
  readonly server: string;
  readonly port: number;
  /** How often somebody came with credentials that were accepted, and with others. */
  readonly logins: { accepted: number; refused: number };
  /** Ends the proxy and every connection through it. */
  crash(): Promise<void>;
  /** Starts it again on its old port. */
  restart(): Promise<void>;
}

export interface Login {
  username: string;
  password: string;
}

export interface HttpProxyOptions {
  /** The address that its connections come from; may change while it runs. */
  exit: string;
  /** Clients speak TLS to the proxy itself. */
  readonly isSecure?: boolean;
  /** What it asks for; may change while it runs. Without either, it asks for nothing. */
  readonly login?: Login;
  /** Hears what everybody says; asks for something, and takes anything. */
  readonly onLogin?: (login: Login) => void;
}

/**
 * An HTTP proxy for `CONNECT` and absolute URLs.
 *
 */
export async function startHttpProxy(options: HttpProxyOptions): Promise<TestProxy> {
  const { login, onLogin, isSecure = false } = options;
  const logins = { accepted: 0, refused: 0 };
  const start = async (port: number): Promise<HttpProxyServer> => {
    const secure = { serverType: "https", httpsOptions: { cert: CERTIFICATE, key: PRIVATE_KEY } } as const;
    const server = new HttpProxyServer({
      ...(isSecure ? secure : ({ serverType: "http" } as const)),
      host: "127.0.0.1",
      port,
      prepareRequestFunction: ({ username, password }) => {
        onLogin?.({ username, password });
        // Chromium sends credentials only to who asks for them.
        const asks = login !== undefined || (onLogin !== undefined && username === "");
        const isRight = !asks || (username === login?.username && password === login.password);
        logins[isRight ? "accepted" : "refused"] += 1;
        return { requestAuthentication: !isRight, localAddress: options.exit };
      },
    });
    await server.listen();
    return server;
  };
  let running = await start(0);
  const { port } = running;
  return {
    server: `${isSecure ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    logins,
    crash: () => running.close(true),
    restart: async () => {
      running = await start(port);
    },
  };
}

/** A SOCKS5 proxy that asks for nothing. */
export async function startSocksProxy({ exit }: { exit: string }): Promise<TestProxy> {
  const logins = { accepted: 0, refused: 0 };
  const sockets = new Set<Socket>();
  const start = (port: number): Promise<{ readonly socks: Socks5Server; readonly port: number }> =>
    new Promise((resolve) => {
      const socks = new Socks5Server();
      socks.setConnectionHandler(({ destAddress, destPort, socket }, sendStatus) => {
        logins.accepted += 1;
        const upstream = connect({ host: destAddress, port: destPort, localAddress: exit, family: 4 });
        sockets.add(upstream);
        upstream.once("connect", () => {
          sendStatus("REQUEST_GRANTED");
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on("error", () => socket.destroy());
        socket.on("error", () => upstream.destroy());
        upstream.on("close", () => socket.destroy());
        socket.on("close", () => upstream.destroy());
      });
      socks.listen(port, "127.0.0.1", () => resolve({ socks, port }));
    });
  let running = await start(await freePort());
  const { port } = running;
  return {
    server: `socks5://127.0.0.1:${port}`,
    port,
    logins,
    crash: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void running.socks.close(() => resolve()));
    },
    restart: async () => {
      running = await start(port);
    },
  };
}

/** The SOCKS package keeps its listening server to itself, and with it the port that it would be given. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
