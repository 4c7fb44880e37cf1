import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ControlAction, ControlResult } from "../../../domain/control.ts";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { fieldFailure, validate } from "../../validation.ts";
import {
  ClickActionRequest,
  DoneResponse,
  ExecuteRequest,
  ExecuteResponse,
  ExtractRequest,
  ExtractResponse,
  NavigateRequest,
  NavigateResponse,
  ScreenshotActionRequest,
  ScreenshotResponse,
  ScrollActionRequest,
  TypeActionRequest,
  WaitRequest,
} from "../action-schemas.ts";
import { errorResponses } from "../error-responses.ts";
import { EXAMPLE_SESSION_ID } from "../response-schemas.ts";

const PathParameters = z.object({
  id: z.string().openapi({ description: "Id of the session.", example: EXAMPLE_SESSION_ID }),
});

const SELECTOR_LIMIT_MS = 30_000;
const EXECUTE_LIMIT_MS = 60_000;
const NAVIGATE_LIMIT_S = 30;

interface Described<Schema extends z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  readonly response: z.ZodType;
  readonly parse: (request: z.output<Schema>) => Result<ControlAction, Failure>;
  readonly render: (result: ControlResult, request: z.output<Schema>) => object;
}

function action<Schema extends z.ZodType>(described: Described<Schema>): PathItem {
  const { name, description, schema, response, parse, render } = described;
  const handle = async (context: Context<HttpEnv>): Promise<Result<Reply, Failure>> => {
    const body = await readJsonBody(context.req);
    if (!body.ok) return body;
    const request = validate(schema, body.value ?? {}, { input: body.value });
    if (!request.ok) return request;
    const wanted = parse(request.value);
    if (!wanted.ok) return wanted;
    const { sessions, principal } = context.var;
    const result = await sessions.control(principal, context.req.param("id") ?? "", wanted.value);
    return result.ok ? succeed({ status: 200, body: { data: render(result.value, request.value) } }) : result;
  };
  const documentation = {
    operationId: `${name}Session`,
    summary: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    description,
    tags: ["Page Actions"],
    request: { params: PathParameters, body: { required: true, content: { "application/json": { schema } } } },
    responses: { 200: jsonResponse(response, "It is done."), ...errorResponses(400, 404, 409, 413, 415, 502, 504) },
  };
  return { path: `/v1/sessions/{id}/${name}`, operations: [{ method: "post", documentation, handle }] };
}

const DONE = { status: "complete" } as const;
const first = (selector: string) => ({ selector, index: 0, timeoutMs: SELECTOR_LIMIT_MS });

function navigate(request: z.output<typeof NavigateRequest>): Result<ControlAction, Failure> {
  const { url, wait_until: until, wait, timeout = NAVIGATE_LIMIT_S } = request;
  if (until !== undefined && wait !== undefined) {
    return fail(fieldFailure("wait", "and wait_until are the same field: give one of them"));
  }
  return succeed({ kind: "goto", url, until: until ?? wait ?? "load", timeoutMs: timeout * 1000 });
}

export const actionPaths: readonly PathItem[] = [
  action({
    name: "navigate",
    description: "Goes to a URL in the tab in use, and answers when it has loaded.",
    schema: NavigateRequest,
    response: NavigateResponse,
    parse: navigate,
    render: (result) => (result.kind === "page" ? { ...DONE, url: result.url, title: result.title } : DONE),
  }),
  action({
    name: "execute",
    description: "Runs JavaScript in the page, and answers its value as JSON. What it throws is a `page_failed`.",
    schema: ExecuteRequest,
    response: ExecuteResponse,
    parse: ({ script }) => succeed({ kind: "evaluate", script, timeoutMs: EXECUTE_LIMIT_MS }),
    render: (result) => ({ result: result.kind === "value" ? result.value : null }),
  }),
  action({
    name: "click",
    description: "Clicks an element as a person does, as soon as it is there.",
    schema: ClickActionRequest,
    response: DoneResponse,
    parse: ({ selector }) => succeed({ kind: "click", at: first(selector), button: "left", count: 1 }),
    render: () => DONE,
  }),
  action({
    name: "type",
    description: "Writes into a field, key by key.",
    schema: TypeActionRequest,
    response: DoneResponse,
    parse: ({ selector, text, clear = true }) => succeed({ kind: "fill", at: first(selector), text, clear }),
    render: () => DONE,
  }),
  action({
    name: "extract",
    description: "Answers the text or HTML of all elements that match.",
    schema: ExtractRequest,
    response: ExtractResponse,
    parse: ({ selector = "body", kind: as = "text", max_length: maxLength = 100_000 }) =>
      succeed({ kind: "extract", selector, as, maxLength }),
    render: (result, { selector = "body" }) => {
      const content = result.kind === "texts" ? result.texts : [];
      return { selector, content, text: content.join("\n") };
    },
  }),
  action({
    name: "wait",
    description: "Answers when an element is there and can be seen.",
    schema: WaitRequest,
    response: DoneResponse,
    parse: ({ selector, timeout_ms: timeoutMs = 30_000 }) => succeed({ kind: "waitFor", selector, timeoutMs }),
    render: () => DONE,
  }),
  action({
    name: "scroll",
    description: "Scrolls the page.",
    schema: ScrollActionRequest,
    response: DoneResponse,
    parse: ({ direction = "down", amount = 500 }) => succeed({ kind: "scroll", direction, amount }),
    render: () => DONE,
  }),
  action({
    name: "screenshot",
    description: "Answers how the page, or one element of it, looks now: PNG, base64.",
    schema: ScreenshotActionRequest,
    response: ScreenshotResponse,
    parse: ({ full_page: fullPage = false, selector = null }) => succeed({ kind: "screenshot", fullPage, selector }),
    render: (result) => ({ data: result.kind === "file" ? result.bytes.toBase64() : "", format: "png" }),
  }),
];
