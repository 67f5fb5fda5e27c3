/** The Action's entry: which command, its inputs read, and a fault of ours told as any other end. */
import * as core from "@actions/core";
import { type ActionWorld, atEnd } from "./action/world.ts";
import { readActionInputs, splitActionInputs, withHubToken } from "./inputs/action.ts";

// A cancelled job gets SIGINT, after 7.5 s SIGTERM, and 2.5 s later there is no process left.
const interrupt = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => interrupt.abort(name));
}

/** What each command does; it tells its own end, and fails the step where it should. */
const COMMANDS = {
  run: async () => (await import("./action/measure.ts")).measure,
  demo: async () => (await import("./action/measure.ts")).measure,
  merge: async () => (await import("./action/merge.ts")).merge,
  publish: async () => (await import("./action/publish.ts")).publishRun,
  doctor: async () => (await import("./action/doctor.ts")).doctorStep,
} satisfies Record<string, () => Promise<(world: ActionWorld) => Promise<void>>>;

async function main(): Promise<void> {
  const token = core.getInput("github-token");
  if (token !== "") core.setSecret(token);
  const env = withHubToken(process.env, core.getInput("hf-token"), core.setSecret);
  try {
    const inputs = splitActionInputs(readActionInputs(core.getInput));
    const command = await COMMANDS[inputs.command]();
    await command({ inputs, env, token, signal: interrupt.signal });
  } catch (error) {
    await atEnd(error);
  }
}

void main().then(() => {
  // What a stopped run has begun (the look into the Action's cache knows no signal) isn't waited for.
  if (interrupt.signal.aborted) process.exit();
});
