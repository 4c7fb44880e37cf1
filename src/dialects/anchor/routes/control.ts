import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ControlAction, ControlResult } from "../../../domain/control.ts";
import type { Failure } from "../../../domain/failure.ts";
import { fail, type Result, succeed } from "../../../domain/result.ts";
import type { HttpEnv } from "../../http-env.ts";
import { jsonResponse, type Operation, type PathItem, type Reply } from "../../operations.ts";
import { readJsonBody } from "../../request-body.ts";
import { fieldFailure, validate } from "../../validation.ts";
import {
  ClickRequest,
  ClipboardRequest,
  ClipboardResponse,
  DragRequest,
  GotoRequest,
  MoveRequest,
  PasteRequest,
  PointRequest,
  ScrollRequest,
  ShortcutRequest,
  StatusResponse,
  TextResponse,
  TypeRequest,
} from "../control-schemas.ts";
import { errorResponses } from "../error-responses.ts";
import { withoutNulls } from "../parse.ts";
import { PathParameters, sessionIdIn } from "../targets.ts";

const TAGS = ["OS Level Control"];
const SESSION = "/v1/sessions/{session_id}";
const GOTO_LIMIT_MS = 45_000;
const SELECTOR_LIMIT_MS = 5000;

type Parse<Schema extends z.ZodType> = (request: z.output<Schema>) => ControlAction | Failure;

interface Described<Schema extends z.ZodType> {
  readonly id: string;
  readonly summary: string;
  readonly path: string;
  readonly schema: Schema;
  readonly parse: Parse<Schema>;
  readonly render?: (result: ControlResult) => object;
  readonly response?: z.ZodType;
}

const isFailure = (parsed: ControlAction | Failure): parsed is Failure => parsed.kind === "invalidRequest";
const textOf = (result: ControlResult): string => (result.kind === "text" ? result.text : "");
const SUCCESS = { status: "success" } as const;

/** A body without anything in it is one that names nothing. */
async function parsed<Schema extends z.ZodType>(
  { req }: Context<HttpEnv>,
  schema: Schema,
): Promise<Result<z.output<Schema>, Failure>> {
  const body = await readJsonBody(req);
  if (!body.ok) return body;
  return validate(schema, body.value === undefined ? {} : withoutNulls(body.value), { input: body.value });
}

async function run(context: Context<HttpEnv>, action: ControlAction): Promise<Result<ControlResult, Failure>> {
  return context.var.sessions.control(context.var.principal, sessionIdIn(context.req), action);
}

function operation<Schema extends z.ZodType>(described: Described<Schema>): PathItem {
  const { id, summary, path, schema, parse, render = () => SUCCESS, response = StatusResponse } = described;
  const handle = async (context: Context<HttpEnv>): Promise<Result<Reply, Failure>> => {
    const request = await parsed(context, schema);
    if (!request.ok) return request;
    const action = parse(request.value);
    if (isFailure(action)) return fail(action);
    const result = await run(context, action);
    return result.ok ? succeed({ status: 200, body: render(result.value) }) : result;
  };
  const documentation = {
    operationId: id,
    summary,
    description: `${summary}: in the tab in use.`,
    tags: TAGS,
    request: { params: PathParameters, body: { required: true, content: { "application/json": { schema } } } },
    responses: { 200: jsonResponse(response, "It is done."), ...errorResponses(400, 404, 409, 415, 422) },
  };
  return { path: `${SESSION}/${path}`, operations: [{ method: "post", documentation, handle }] };
}

function click({ x, y, selector, index, selectorTimeoutMs, button = "left" }: z.output<typeof ClickRequest>) {
  const how = { kind: "click", button, count: 1 } as const;
  if (selector !== undefined) {
    const place = { selector, index: index ?? 0, timeoutMs: selectorTimeoutMs ?? SELECTOR_LIMIT_MS };
    return { ...how, at: place };
  }
  if (x === undefined) return fieldFailure("x", "is required, unless there is a selector");
  if (y === undefined) return fieldFailure("y", "is required, unless there is a selector");
  return { ...how, at: { x, y } };
}

const mouse = (event: "down" | "up"): PathItem =>
  operation({
    id: event === "down" ? "mouseDown" : "mouseUp",
    summary: event === "down" ? "Mouse Down" : "Mouse Up",
    path: `mouse/${event}`,
    schema: PointRequest,
    parse: ({ x, y, button = "left" }) => ({ kind: "mouse", event, at: { x, y }, button }),
  });

const readClipboard: Operation = {
  method: "get",
  documentation: {
    operationId: "getClipboard",
    summary: "Get Clipboard Content",
    description: "The text on the session's clipboard.",
    tags: TAGS,
    request: { params: PathParameters },
    responses: { 200: jsonResponse(ClipboardResponse, "The text."), ...errorResponses(404, 409, 422) },
  },
  handle: async (context) => {
    const result = await run(context, { kind: "readClipboard" });
    return result.ok ? succeed({ status: 200, body: { data: { text: textOf(result.value) } } }) : result;
  },
};

const writeClipboard = operation({
  id: "setClipboard",
  summary: "Set Clipboard Content",
  path: "clipboard",
  schema: ClipboardRequest,
  parse: ({ text }) => ({ kind: "writeClipboard", text }),
});

const copy: Operation = {
  method: "post",
  documentation: {
    operationId: "copySelectedText",
    summary: "Copy Selected Text",
    description: "Copies what is selected in the tab in use, and answers it.",
    tags: TAGS,
    request: { params: PathParameters },
    responses: { 200: jsonResponse(TextResponse, "What was copied."), ...errorResponses(404, 409, 422) },
  },
  handle: async (context) => {
    const result = await run(context, { kind: "copy" });
    return result.ok ? succeed({ status: 200, body: { text: textOf(result.value) } }) : result;
  },
};

export const controlPaths: readonly PathItem[] = [
  operation({
    id: "goto",
    summary: "Navigate to URL",
    path: "goto",
    schema: GotoRequest,
    parse: ({ url }) => ({ kind: "goto", url, until: "load", timeoutMs: GOTO_LIMIT_MS }),
  }),
  operation({ id: "mouseClick", summary: "Click Mouse", path: "mouse/click", schema: ClickRequest, parse: click }),
  operation({
    id: "mouseDoubleClick",
    summary: "Double Click Mouse",
    path: "mouse/doubleClick",
    schema: PointRequest,
    parse: ({ x, y, button = "left" }) => ({ kind: "click", at: { x, y }, button, count: 2 }),
  }),
  mouse("down"),
  mouse("up"),
  operation({
    id: "mouseMove",
    summary: "Move Mouse",
    path: "mouse/move",
    schema: MoveRequest,
    parse: ({ x, y }) => ({ kind: "mouse", event: "move", at: { x, y }, button: "left" }),
  }),
  operation({
    id: "dragAndDrop",
    summary: "Drag and Drop",
    path: "drag-and-drop",
    schema: DragRequest,
    parse: ({ startX, startY, endX, endY, button = "left" }) => ({
      kind: "drag",
      from: { x: startX, y: startY },
      to: { x: endX, y: endY },
      button,
    }),
  }),
  operation({
    id: "scroll",
    summary: "Scroll",
    path: "scroll",
    schema: ScrollRequest,
    parse: ({ x, y, deltaX = 0, deltaY, steps = 1 }) => ({ kind: "wheel", at: { x, y }, deltaX, deltaY, steps }),
  }),
  operation({
    id: "keyboardType",
    summary: "Type Text",
    path: "keyboard/type",
    schema: TypeRequest,
    parse: ({ text, delay = 0 }) => ({ kind: "type", text, delayMs: delay }),
  }),
  operation({
    id: "keyboardShortcut",
    summary: "Perform Keyboard Shortcut",
    path: "keyboard/shortcut",
    schema: ShortcutRequest,
    parse: ({ keys, holdTime = 0 }) => ({ kind: "shortcut", keys, holdMs: holdTime }),
  }),
  { path: `${SESSION}/clipboard`, operations: [readClipboard, ...writeClipboard.operations] },
  { path: `${SESSION}/copy`, operations: [copy] },
  operation({
    id: "pasteText",
    summary: "Paste Text",
    path: "paste",
    schema: PasteRequest,
    parse: ({ text }) => ({ kind: "paste", text: text ?? null }),
  }),
];
