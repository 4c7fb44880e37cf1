import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Many origins on the loopback address that remember their visitors by every means that pages have. */
export interface ProfileSite {
  /** `http://NAME.localhost:PORT`: a site of its own for each name. */
  origin(name: string): string;
  /** Requests so far, as `METHOD HOST PATH`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Cookies that a visit to `/write` leaves. */
const cookiesOf = (name: string): readonly string[] => [
  `plain=${name}; Path=/; Max-Age=86400`,
  `session=${name}; Path=/`,
  `hidden=${name}; Path=/; HttpOnly; SameSite=Lax; Max-Age=86400`,
  `__Host-secure=${name}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=86400`,
  `chips=${name}; Path=/; Secure; SameSite=None; Partitioned; Max-Age=86400`,
  `deep=${name}; Path=/deep; Max-Age=86400`,
];

/**
 * Sent as its own source. What a page finds, described so that two descriptions are equal only for equal values:
 * their kinds, their bytes, and which objects are one and the same.
 */
async function describeState(): Promise<string> {
  const seen = new Map<object, number>();
  const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  async function describe(value: unknown): Promise<string> {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "number" && Object.is(value, -0)) return "-0";
    if (typeof value !== "object" || value === null) return `${typeof value} ${String(value)}`;
    if (seen.has(value)) return `#${seen.get(value)}`;
    seen.set(value, seen.size);
    const kind = Object.prototype.toString.call(value);
    if (value instanceof Date) return `${kind} ${value.getTime()}`;
    if (value instanceof RegExp || value instanceof Error) return `${kind} ${value}`;
    if (/ (?:Boolean|Number|String)\]$/.test(kind)) return `${kind} ${JSON.stringify(value)}`;
    if (value instanceof File) return `${kind} ${value.name} ${value.type} ${value.lastModified} ${await value.text()}`;
    if (value instanceof Blob) return `${kind} ${value.type} ${hex(new Uint8Array(await value.arrayBuffer()))}`;
    if (value instanceof ArrayBuffer) return `${kind} ${hex(new Uint8Array(value))}`;
    if (ArrayBuffer.isView(value)) {
      return `${kind} ${hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}`;
    }
    const entries: [unknown, unknown][] =
      value instanceof Map
        ? [...value]
        : value instanceof Set
          ? [...value].map((each) => [each, null])
          : (Object.entries(value) as [string, unknown][]);
    const described: string[] = [];
    for (const [key, each] of entries) described.push(`${await describe(key)}: ${await describe(each)}`);
    const length = Array.isArray(value) ? ` ${value.length}` : "";
    return `${kind}${length} {${described.join(", ")}}`;
  }
  const ask = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener("success", () => resolve(request.result));
      request.addEventListener("error", () => reject(request.error ?? new Error("refused")));
    });
  const lines: string[] = [];
  for (const { name = "", version } of (await indexedDB.databases()).toSorted((a, b) =>
    String(a.name) < String(b.name) ? -1 : 1,
  )) {
    const database = await ask(indexedDB.open(name));
    lines.push(`database ${name} ${version}`);
    for (const storeName of database.objectStoreNames) {
      const store = database.transaction(storeName).objectStore(storeName);
      const indexes = [...store.indexNames].map((each) => store.index(each));
      lines.push(`store ${storeName} ${JSON.stringify(store.keyPath)} ${store.autoIncrement}`);
      for (const index of indexes) {
        lines.push(`index ${index.name} ${JSON.stringify(index.keyPath)} ${index.unique} ${index.multiEntry}`);
      }
      const [keys, values] = await Promise.all([ask(store.getAllKeys()), ask(store.getAll())]);
      for (const [at, key] of keys.entries()) lines.push(`${await describe(key)} = ${await describe(values[at])}`);
    }
    database.close();
  }
  return lines.join("\n");
}

/** Sent as its own source: leaves one of everything. */
async function writeState(name: string): Promise<void> {
  localStorage.setItem("name", name);
  localStorage.setItem("unicode", "ключ 鍵 🔑 \u0000 \ud800 end");
  localStorage.setItem("", "empty name");
  localStorage.setItem("constructor", "no property");
  sessionStorage.setItem("tab", `${name} \ud83d`);
  const open = (database: string, version: number, upgrade: (db: IDBDatabase) => void): Promise<IDBDatabase> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(database, version);
      request.addEventListener("upgradeneeded", () => upgrade(request.result));
      request.addEventListener("success", () => resolve(request.result));
      request.addEventListener("error", () => reject(request.error ?? new Error("refused")));
    });
  const done = (transaction: IDBTransaction): Promise<void> =>
    new Promise((resolve, reject) => {
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("aborted")));
    });
  const database = await open("kinds", 7, (db) => {
    db.createObjectStore("values");
    const people = db.createObjectStore("people", { keyPath: "id", autoIncrement: true });
    people.createIndex("by name", "name", { unique: true });
    people.createIndex("by tag", "tags", { multiEntry: true });
    people.createIndex("by both", ["name", "born.year"]);
    db.createObjectStore("pairs", { keyPath: ["left", "right"] });
    db.createObjectStore("empty");
  });
  const self: Record<string, unknown> = { name: "self" };
  self["again"] = self;
  const shared = { shared: true };
  const sparse: unknown[] = [1];
  sparse[2] = 3;
  const values: Record<string, unknown> = {
    undefined,
    null: null,
    yes: true,
    numbers: [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE],
    bigint: 2n ** 80n,
    text: "ключ 鍵 🔑 \u0000 \ud800 end",
    date: new Date(1_700_000_000_123),
    "invalid date": new Date(Number.NaN),
    regexp: /a\/b"c/gi,
    map: new Map<unknown, unknown>([
      ["a", 1],
      [{ key: "object" }, new Set([1, "1", 1n])],
    ]),
    set: new Set([shared, [shared]]),
    buffer: Uint8Array.from([0, 1, 254, 255]).buffer,
    bytes: Uint8Array.from([9, 8, 7]),
    floats: Float32Array.from([0.5, -1]),
    bigs: BigInt64Array.from([-1n, 2n]),
    view: new DataView(Uint8Array.from([1, 2, 3]).buffer),
    blob: new Blob([Uint8Array.from([0, 255, 128])], { type: "image/x-test" }),
    file: new File(["content"], "name ü.txt", { type: "text/plain", lastModified: 1_600_000_000_000 }),
    error: new RangeError("out of range"),
    boxed: [Object(1), Object("text"), Object(false)],
    sparse,
    nested: { a: [{ b: [[]] }], shared, other: shared },
    self,
    proto: JSON.parse('{"__proto__": {"polluted": true}, "o": 1, "a": [], "v": "null"}') as unknown,
  };
  const writing = database.transaction(["values", "people", "pairs"], "readwrite");
  for (const [key, value] of Object.entries(values)) writing.objectStore("values").put(value, key);
  const keys = [1, -0.5, new Date(5), Uint8Array.from([1, 2]), ["a", [1, new Date(6)]], Number.NEGATIVE_INFINITY];
  for (const key of keys) writing.objectStore("values").put("by key", key);
  for (let at = 0; at < 120; at += 1) {
    const person = { name: `person ${at}`, tags: [`tag ${at % 7}`, "all"], born: { year: 1900 + at } };
    writing.objectStore("people").put(person);
  }
  writing.objectStore("pairs").put({ left: 1, right: "one", name });
  await done(writing);
  database.close();
  (await open("bare", 1, () => undefined)).close();
}

/** Sent as its own source: what a site does that knows its visitor by three marks. */
function markVisitor(user: string): Promise<void> {
  localStorage.setItem("token", user);
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("auth", 1);
    request.addEventListener("error", () => reject(request.error ?? new Error("refused")));
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore("marks"));
    request.addEventListener("success", () => {
      const transaction = request.result.transaction("marks", "readwrite");
      transaction.objectStore("marks").put(user, "user");
      transaction.addEventListener("complete", () => {
        request.result.close();
        resolve();
      });
    });
  });
}

/** Sent as its own source: who the visitor is, by cookie, localStorage and IndexedDB; all have to agree. */
function knowVisitor(cookie: string): Promise<string> {
  const token = String(localStorage.getItem("token"));
  const name = (mark: string): string => (cookie === mark && token === mark ? mark : `${cookie}, ${token}, ${mark}`);
  return new Promise((resolve) => {
    const request = indexedDB.open("auth", 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore("marks"));
    request.addEventListener("success", () => {
      const reading = request.result.transaction("marks").objectStore("marks").get("user");
      reading.addEventListener("success", () => {
        request.result.close();
        resolve(name(String(reading.result)));
      });
    });
  });
}

const script = (source: string): string => `<script>${source.replaceAll("</", "<\\/")}</script>`;

/** What was there at the page's very first script. */
const FIRST = `
window.__first = {
  cookie: document.cookie.split("; ").toSorted().join("; "),
  local: JSON.stringify(Object.keys(localStorage).toSorted().map((name) => [name, localStorage.getItem(name)])),
  session: JSON.stringify(Object.keys(sessionStorage).toSorted().map((name) => [name, sessionStorage.getItem(name)])),
};
${String(describeState)}
window.__state = describeState();
`;

const HTML = "text/html; charset=utf-8";

function answer({ url = "/", headers }: IncomingMessage, response: ServerResponse): void {
  const { host = "", cookie = "" } = headers;
  const name = host.split(".", 1)[0] ?? "";
  if (url === "/favicon.ico") {
    response.writeHead(404).end();
  } else if (url === "/cookies") {
    const sent = cookie.split("; ").toSorted();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(sent));
  } else if (url.startsWith("/sign-in/") || url === "/account") {
    const user = url.split("/", 3)[2] ?? /\bsid=([^;]*)/.exec(cookie)?.[1] ?? "undefined";
    const work = url === "/account" ? knowVisitor : markVisitor;
    const sets = work === markVisitor ? { "set-cookie": `sid=${user}; Path=/; HttpOnly` } : {};
    response.writeHead(200, { "content-type": HTML, ...sets });
    response.end(script(`${String(work)}\nwindow.__visitor = ${work.name}("${user}");`));
  } else {
    const writes = url === "/write" ? script(`${String(writeState)}\nwindow.__written = writeState("${name}");`) : "";
    response.writeHead(200, { "content-type": HTML, ...(writes !== "" && { "set-cookie": [...cookiesOf(name)] }) });
    response.end(`<!doctype html><html>${script(FIRST)}<title>${name}</title>${writes}</html>`);
  }
}

export async function serveProfileSite(): Promise<ProfileSite> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(`${request.method} ${request.headers.host} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: (name) => `http://${name}.localhost:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** What a visitor finds: `__first` and `__state` of the page. */
export interface FoundState {
  readonly cookie: string;
  readonly local: string;
  readonly session: string;
  readonly state: string;
  /** Cookies that the server was sent, HttpOnly ones too. */
  readonly sent: readonly string[];
}
