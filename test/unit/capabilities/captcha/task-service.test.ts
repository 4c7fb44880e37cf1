import { describe, it } from "vitest";
import { TaskService } from "../../../../src/capabilities/captcha/task-service.ts";
import type { CaptchaTask } from "../../../../src/domain/captcha.ts";

const TASK: CaptchaTask = {
  kind: "recaptcha_v2",
  siteKey: "site-key",
  url: "https://shop.test/login",
  isInvisible: false,
  isEnterprise: false,
  action: null,
  data: null,
};

type Answer = object | number | Error | string;

/** A service that answers these, one after the other; the last one again and again. */
function serviceWith(...answers: readonly Answer[]) {
  const asked: { url: string; body: Record<string, unknown> }[] = [];
  const service = new TaskService({
    url: "https://solver.test/api",
    key: "the-key",
    pollMs: 1,
    limitMs: 20,
    fetch: (url, init) => {
      asked.push({ url, body: JSON.parse(init.body as string) as Record<string, unknown> });
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer instanceof Error) return Promise.reject(answer);
      if (typeof answer === "number") return Promise.resolve(new Response("down", { status: answer }));
      return Promise.resolve(typeof answer === "string" ? new Response(answer) : Response.json(answer));
    },
  });
  return { asked, solve: (task: Partial<CaptchaTask> = {}) => service.solve({ ...TASK, ...task }, "Agent/1.0") };
}

const TAKEN = { errorId: 0, taskId: 7 };
const BUSY = { errorId: 0, status: "processing" };

describe("a service that solves captchas", () => {
  it("is asked until it is ready, with its key, the puzzle's number and the browser's name", async ({ expect }) => {
    const { asked, solve } = serviceWith(TAKEN, BUSY, BUSY, { errorId: 0, status: "ready", solution: { token: "t" } });
    expect(await solve()).toBe("t");
    expect(asked.map(({ url }) => url)).toEqual([
      "https://solver.test/api/createTask",
      ...Array.from({ length: 3 }, () => "https://solver.test/api/getTaskResult"),
    ]);
    expect(asked[0]?.body).toEqual({
      clientKey: "the-key",
      task: {
        type: "RecaptchaV2TaskProxyless",
        websiteURL: TASK.url,
        websiteKey: "site-key",
        userAgent: "Agent/1.0",
        isInvisible: false,
      },
    });
    expect(asked[1]?.body).toEqual({ clientKey: "the-key", taskId: 7 });
  });

  it.for([
    [
      { isEnterprise: true, data: "s" },
      { type: "RecaptchaV2EnterpriseTaskProxyless", recaptchaDataSValue: "s" },
    ],
    [
      { kind: "recaptcha_v3", action: "buy" },
      { type: "RecaptchaV3TaskProxyless", pageAction: "buy", minScore: 0.7 },
    ],
    [
      { kind: "hcaptcha", isInvisible: true },
      { type: "HCaptchaTaskProxyless", isInvisible: true },
    ],
    [
      { kind: "turnstile", action: "a", data: "d" },
      { type: "TurnstileTaskProxyless", action: "a", data: "d" },
    ],
  ] as const)("is told of %o as its API describes it", async ([task, described], { expect }) => {
    const { asked, solve } = serviceWith(TAKEN, { errorId: 0, status: "ready", solution: { gRecaptchaResponse: "g" } });
    expect(await solve(task)).toBe("g");
    expect(asked[0]?.body["task"]).toMatchObject(described);
  });

  it.for<[string, readonly Answer[], string]>([
    ["refuses by a code", [{ errorId: 1, errorCode: "ERROR_ZERO_BALANCE" }], "refuses it: ERROR_ZERO_BALANCE"],
    ["refuses in words of its own", [{ errorId: 1, errorCode: "<b>the-key</b>" }], "refuses it: status 200"],
    ["is down", [502], "refuses it: status 502"],
    ["answers something else", ["<html>"], "refuses it: status 200"],
    ["cannot be reached", [new Error("connect to the-key@solver.test")], "cannot be reached"],
    ["gives no number", [{ errorId: 0 }], "gave it no number"],
    ["is ready without a solution", [TAKEN, { errorId: 0, status: "ready" }], "without a solution"],
    ["takes too long", [TAKEN, BUSY], "did not solve it in 0.02 s"],
  ])("that %s has not solved it, and no secret is in the reason", async ([, answers, reason], { expect }) => {
    const { solve } = serviceWith(...answers);
    const error = await solve().catch((failure: unknown) => String(failure));
    expect(error).toContain(reason);
    expect(error).not.toContain("the-key");
  });
});
