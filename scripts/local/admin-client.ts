import { SetupFailure } from "../setup/failure.mjs";

/** The operator's API of one Berth, with its credential. */
export interface AdminClient {
  request<T>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object): Promise<T>;
}

interface ErrorBody {
  readonly error?: { readonly code?: string; readonly message?: string; readonly field?: string };
}

/** An answer outside 2xx. */
export class AdminFailure extends SetupFailure {
  readonly status: number;

  constructor(status: number, what: string, body: ErrorBody | undefined) {
    const { message, field } = body?.error ?? {};
    super(`${what}: ${message ?? `HTTP ${status}`}${field ? ` (${field})` : ""}`, remedyFor(status));
    this.status = status;
  }
}

/** Talks to `/admin` of a local or a deployed Berth. */
export function createAdminClient(url: string, token: string): AdminClient {
  return {
    async request<T>(method: string, path: string, body?: object): Promise<T> {
      const response = await fetchFrom(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const answer = parseJson(text);
      if (!response.ok) {
        throw new AdminFailure(response.status, `${method} ${path}`, answer as ErrorBody | undefined);
      }
      return answer as T;
    },
  };
}

async function fetchFrom(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new SetupFailure(`No Berth answers at ${url.origin}.`, "Start one with npm start, or set BERTH_URL.", error);
  }
}

function parseJson(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function remedyFor(status: number): string {
  switch (status) {
    case 400:
      return "See npm run admin -- --help for what each command takes.";
    case 401:
    case 403:
      return "Check BERTH_ADMIN_TOKEN, or adminToken in .berth/local.json.";
    case 404:
      return "Check the id: `npm run admin -- accounts list` shows what there is.";
    default:
      return "The server's own log says more.";
  }
}
