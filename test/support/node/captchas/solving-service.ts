import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a service was asked to solve. */
export type SolvingTask = Readonly<Record<string, unknown>> & { readonly type: string; readonly websiteKey: string };

/** A service that solves captchas, over the wire protocol of 2Captcha's JSON API: at the second question it is done. */
export async function serveSolving(key: string) {
  const tasks: SolvingTask[] = [];
  const asked = new Map<number, number>();
  const state = { refuses: "" };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const answer = (status: number, value: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      };
      const failed = (errorCode: string) => answer(200, { errorId: 1, errorCode, errorDescription: "for people" });
      const { clientKey, task, taskId } = JSON.parse(body) as { clientKey: string; task: SolvingTask; taskId: number };
      if (clientKey !== key) return failed("ERROR_KEY_DOES_NOT_EXIST");
      if (request.url === "/createTask") {
        if (state.refuses !== "") return failed(state.refuses);
        return answer(200, { errorId: 0, taskId: tasks.push(task) });
      }
      const known = tasks[taskId - 1];
      if (known === undefined) return failed("ERROR_NO_SUCH_CAPCHA_ID");
      const times = (asked.get(taskId) ?? 0) + 1;
      asked.set(taskId, times);
      if (times < 2) return answer(200, { errorId: 0, status: "processing" });
      const token = `solved-${known.type}-${known.websiteKey}`;
      const solution = known.type.startsWith("Turnstile") ? { token } : { gRecaptchaResponse: token };
      return answer(200, { errorId: 0, status: "ready", solution });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tasks,
    state,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
