/** The simulator as a program. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parseArgs, type SimulatorArgs } from "./args.ts";
import { log } from "./log.ts";
import { Simulator, serverOf } from "./server.ts";

/**
 * Runs the simulator: `[serve] [MODEL] [--host H] [--port P] [--knob KNOB=VALUE]... [--state FILE] [--script FILE]`.
 * Returns when it listens (it then lives until it's ended) or has said what it was asked. Sets the
 * exit code 2 on a bad command line, 1 when it can't listen.
 */
export async function runSimulator(argv: string[]): Promise<void> {
  let args: ReturnType<typeof parseArgs>;
  try {
    args = parseArgs(argv, process.env);
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\nTry --help.\n`);
    process.exitCode = 2;
    return;
  }
  if (args.kind === "say") {
    process.stdout.write(args.text);
    return;
  }
  await serve(args);
}

async function serve({
  model,
  host,
  port,
  knobs,
  stateFile,
  scripts,
  recordFile,
}: SimulatorArgs): Promise<void> {
  // A reader of the log that goes away is no reason to stop serving.
  process.stdout.on("error", () => {});
  log("INFO", "inferrs", `Starting inferrs server for model: ${model}`);
  const server = serverOf(new Simulator(model, knobs, stateFile, scripts, recordFile));
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const taken = code === "EADDRINUSE";
    process.stderr.write(`Error: ${taken ? "Address already in use (os error 98)" : message}\n`);
    process.exit(1);
  }
  const address = server.address() as AddressInfo;
  log("INFO", "inferrs::server", `Server listening on ${host}:${address.port}`);
}
