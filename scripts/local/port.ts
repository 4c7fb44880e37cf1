import { createServer } from "node:net";
import process from "node:process";
import { SetupFailure } from "../setup/failure.mjs";

const DEFAULT_PORT = 8787;

/** The port from PORT, else 8787; refuses one that is in use. 0 means any free one. */
export async function choosePort(): Promise<number> {
  const text = process.env.PORT ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || text.trim() === "") {
    throw new SetupFailure(
      `PORT is "${text}", which is not a port number.`,
      "Set it to a number up to 65535, or unset it.",
    );
  }
  await requireFree(port);
  return port;
}

function requireFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(port, error)));
    server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve()));
  });
}

function explain(port: number, error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new SetupFailure(
        `Port ${port} is in use by another program.`,
        `Choose another one: PORT=${port === 65_535 ? port - 1 : port + 1} npm start`,
        error,
      );
    case "EACCES":
      return new SetupFailure(
        `Port ${port} is reserved for root.`,
        "Choose one from 1024 on: PORT=8787 npm start",
        error,
      );
    case undefined:
    default:
      return error;
  }
}
