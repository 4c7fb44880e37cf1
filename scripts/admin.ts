import process from "node:process";
import { parseArgs } from "node:util";
import { type AdminClient, createAdminClient } from "./local/admin-client.ts";
import { type AdminArguments, type AdminCommand, adminCommands } from "./local/admin-commands.ts";
import { readLocalSettings } from "./local/local-file.ts";
import { runMain } from "./local/run-main.ts";
import { SetupFailure } from "./setup/failure.mjs";

runMain(async () => {
  const { values, positionals } = readArguments();
  if (values.help || positionals.length === 0) {
    console.log(describeCommands());
    return values.help ? 0 : 1;
  }
  const command = findCommand(positionals);
  const given: AdminArguments = {
    positionals: positionals.slice(command.words.split(" ").length),
    plan: values.plan,
    month: values.month,
  };
  if (given.positionals.length < command.required) {
    throw new SetupFailure(`An argument is missing: ${command.words} ${command.usage}`, "See npm run admin -- --help");
  }
  const answer = await command.run(connect(), given);
  console.log(JSON.stringify(answer ?? {}, null, 2));
  return 0;
});

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" }, plan: { type: "string" }, month: { type: "string" } },
    });
  } catch (error) {
    throw new SetupFailure(
      error instanceof Error ? error.message : String(error),
      "See npm run admin -- --help",
      error,
    );
  }
}

function findCommand(positionals: readonly string[]): AdminCommand {
  const command = adminCommands.find(({ words }) =>
    words.split(" ").every((word, index) => positionals[index] === word),
  );
  if (!command) {
    throw new SetupFailure(
      `There is no command "${positionals.slice(0, 2).join(" ")}".`,
      "See npm run admin -- --help",
    );
  }
  return command;
}

/** A remote Berth needs both variables: the local token is nobody else's business. */
function connect(): AdminClient {
  const remote = process.env.BERTH_URL;
  const local = readLocalSettings();
  const url = remote ?? local.url;
  const token = process.env.BERTH_ADMIN_TOKEN ?? (remote ? undefined : local.adminToken);
  if (!url || !token) {
    throw new SetupFailure(
      remote ? "BERTH_URL is set, and BERTH_ADMIN_TOKEN is not." : "There is no local Berth yet.",
      remote ? "Set it to the Worker's ADMIN_TOKEN." : "Run npm start first, or set BERTH_URL and BERTH_ADMIN_TOKEN.",
    );
  }
  return createAdminClient(url, token);
}

function describeCommands(): string {
  const lines = adminCommands.map(({ words, usage, summary }) => `  ${`${words} ${usage}`.padEnd(40)} ${summary}`);
  return `Usage: npm run admin -- COMMAND

${lines.join("\n")}

Acts on the local Berth (.berth/local.json), or on the one of BERTH_URL and BERTH_ADMIN_TOKEN. Prints JSON.
The password of a proxy pool is never an argument: set BERTH_POOL_PASSWORD, or give password=- and write it to stdin.`;
}
