import browserProtocol from "devtools-protocol/json/browser_protocol.json";
import { describe, expect, it } from "vitest";
import { judge } from "../../../src/cdp/command-policy.ts";
import { MuxClient } from "../../../src/cdp/mux-client.ts";
import { TargetRegistry } from "../../../src/cdp/targets.ts";

interface Parameter {
  readonly name: string;
  readonly $ref?: string;
}

interface Domain {
  readonly domain: string;
  readonly commands: readonly { readonly name: string; readonly parameters?: readonly Parameter[] }[];
}

/** Commands with a parameter that addresses something of another client's, or a place to go to. */
function commandsNaming(matches: (parameter: Parameter) => boolean): readonly string[] {
  const domains: readonly Domain[] = browserProtocol.domains;
  return domains.flatMap(({ domain, commands }) =>
    commands.filter(({ parameters = [] }) => parameters.some(matches)).map(({ name }) => `${domain}.${name}`),
  );
}

/** The rules' answer to a command without parameters. */
function verdictOn(method: string) {
  const downstream = { send: () => undefined, bufferedBytes: 0, close: () => undefined };
  const client = new MuxClient({ rootSessionId: "ROOT", downstream, clock: { now: () => 0 } });
  const command = { id: 1, method, params: {}, text: "" };
  return judge({ command, client, targets: new TargetRegistry<MuxClient>() });
}

describe("every command of the protocol that names", () => {
  it.for(commandsNaming(({ name }) => name === "targetId"))("a target has a rule: %s", (method, { expect }) => {
    expect(verdictOn(method)).toBeDefined();
  });

  it.for(commandsNaming(({ $ref = "" }) => $ref.endsWith("BrowserContextID")))(
    "a browser context has a rule: %s",
    (method, { expect }) => {
      expect(verdictOn(method)).toBeDefined();
    },
  );

  it("a protocol session has a rule", () => {
    const methods = commandsNaming(({ name, $ref }) => name === "sessionId" && $ref === "SessionID");
    expect(methods.length).toBeGreaterThan(0);
    for (const method of methods) expect(verdictOn(method), method).toBeDefined();
  });
});
