/** The command line of `history`. */
import type { Command } from "commander";
import type { BenchHost } from "../end.ts";
import type { ExportOptions } from "../history-command.ts";

type HistoryCommands = typeof import("../history-command.ts");

/** `history show|add|import|export`: what is kept in a folder, beside what `run --history` does. */
export function addHistoryCommands(
  program: Command,
  act: (run: (commands: HistoryCommands, host: BenchHost) => number) => Promise<void>,
): void {
  const history = program
    .command("history")
    .description("the runs that are kept in a folder: show, add, import, export");
  const command = (name: string, description: string, args: string[]) => {
    const made = history.command(name).description(description);
    for (const each of args) made.argument(each);
    return made;
  };
  command("show", "how the figures went, for each key", ["<history>"]).action((dir: string) =>
    act((commands, host) => commands.show(dir, host)),
  );
  command("add", "add a run that has been", ["<run>", "<history>"])
    .option("--commit <SHA>", "of the code that was measured")
    .action((run: string, dir: string, given: { commit?: string }) =>
      act((commands, host) => commands.add(run, dir, given, host)),
    );
  command("import", "take over the data.js of github-action-benchmark", ["<data.js>", "<history>"])
    .option("--suite <NAME>", "only this one (default: all)")
    .option(
      "--like <RUN>",
      "you know that all of it was measured on this run's machine with its settings: new runs are compared with it",
    )
    .action((file: string, dir: string, given: { suite?: string; like?: string }) =>
      act((commands, host) => commands.importData(file, dir, given, host)),
    );
  command("export", "write a run, or a whole history, in github-action-benchmark's format", [
    "<run-or-history>",
  ])
    .option("--out <DIR>", "where smaller-is-better.json and bigger-is-better.json go", ".")
    .option("--data-js <FILE>", "write or extend this data.js instead")
    .option("--repo-url <URL>", "for the links to commits in a new data.js", "")
    .option("--commit <SHA>", "of the code that the run has measured")
    .action((from: string, given: ExportOptions) =>
      act((commands, host) => commands.exportData(from, given, host)),
    );
}
