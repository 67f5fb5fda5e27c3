/** The command line of `model`. */
import type { Command } from "commander";
import type { BenchHost } from "../end.ts";
import type { SyntheticOptions } from "../model-command.ts";

type ModelCommands = typeof import("../model-command.ts");

/** `model synthetic`: the model that a run makes for itself, as a folder of one's own. */
export function addModelCommands(
  program: Command,
  act: (run: (commands: ModelCommands, host: BenchHost) => Promise<number>) => Promise<void>,
): void {
  program
    .command("model")
    .description("models that this tool makes")
    .command("synthetic")
    .description(
      "write the random-weight model that --model synthetic measures: the same seed gives the same bytes everywhere",
    )
    .requiredOption("--out <DIR>", "the folder to make")
    .option("--seed <N>", "of the weights", "1")
    .option("--json", "print what was written as JSON and nothing else")
    .action((given: SyntheticOptions) =>
      act((commands, host) => commands.writeSynthetic(given, host)),
    );
}
