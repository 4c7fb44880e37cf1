import { type ClientRequest, request } from "node:http";
import { type Api, credential, type Dialect } from "./api.ts";

/** A create whose client can leave before the answer. */
export interface LeavingClient {
  /** The status of an answer that came after all. */
  readonly answered: () => number | undefined;
  /**
   * Resets the connection, as a proxy does for a client that has left. The local runtime takes a mere close for a
   * client that sends no more but still reads.
   */
  leave(): void;
}

export function startCreate(
  api: Api,
  dialect: Dialect,
  headers: Readonly<Record<string, string>> = {},
): Promise<LeavingClient> {
  let status: number | undefined;
  const create: ClientRequest = request(
    new URL("/v1/sessions", api.url),
    {
      method: "POST",
      agent: false,
      headers: { ...credential(dialect, api.apiKey), "content-type": "application/json", ...headers },
    },
    (response) => {
      status = response.statusCode;
      response.resume();
    },
  );
  // Leaving is an error of the request.
  create.on("error", () => undefined);
  // A body of undeclared length takes the longer way through the Worker.
  if (dialect === "anchor") create.write("{}");
  create.end();
  return new Promise((resolve) => {
    create.once("finish", () =>
      resolve({ answered: () => status, leave: () => void create.socket?.resetAndDestroy() }),
    );
  });
}
