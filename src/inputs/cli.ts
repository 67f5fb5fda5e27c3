/** Command-line flags to raw options. What a command needs is loaded only when it runs. */
import { Command, CommanderError, Option } from "commander";
import type { CompareOptions } from "../compare.ts";
import { toolVersion } from "../host/assets.ts";
import type { ReportRunsOptions } from "../report-runs.ts";
import { DOCTOR_DEFAULTS, DOCTOR_OPTIONS } from "./doctor-options.ts";
import { addHistoryCommands } from "./history-cli.ts";
import { addModelCommands } from "./model-cli.ts";
import { OPTION_TABLE, type OptionName, type OptionRow, type RawOptions } from "./table.ts";

/** They make sense with a real inferrs alone. */
const MODEL_OPTIONS: OptionName[] = [
  "revision",
  "gguf-file",
  "tokenizer-source",
  "quantize",
  "dtype",
  "turbo-quant",
  "paged-attention",
  "offline",
];

/** Runs the command and gives the exit code. */
export async function main(argv: string[]): Promise<number> {
  let code = 0;
  const program = new Command("inferrs-bench")
    .description(
      "Measures whether inferrs serves a model well enough for OpenClaw agent turns: which compat flags work, and how fast it is.",
    )
    .version(toolVersion())
    .showHelpAfterError("(inferrs-bench COMMAND --help shows the options)")
    .exitOverride();
  const measuring = (name: string, description: string, leaveOut: OptionName[]) => {
    const command = program.command(name).description(description);
    for (const row of OPTION_TABLE as readonly OptionRow[]) {
      if (row.only === "action" || leaveOut.includes(row.name as OptionName)) continue;
      command.addOption(toOption(row));
    }
    command.action(async (given: Record<string, unknown>) => {
      code = await runBench({ ...toRaw(given), command: name });
    });
  };
  measuring("demo", "the whole job against the bundled simulator: nothing to download", [
    "engine",
    "base-url",
    "api-key-env",
    "restart-command",
    "inferrs",
    "inferrs-sha256",
    "build",
    "offline",
    "device",
    "server-arg",
    // --locked is taken, to be told where it belongs.
    "allow-commands",
    ...MODEL_OPTIONS,
  ]);
  measuring("run", "serve the model, measure it over the compat matrix, and report", []);
  const doctor = program
    .command("doctor")
    .description(
      "does it work, does it fit, which settings does it need? Without arguments: finds your OpenClaw config and asks the running server, with small requests only",
    )
    .option("--provider <NAME>", "which provider of the config (default: the primary model's)")
    .option("--write", "put the recommended settings into your config, by the client's own command")
    .option("--yes", "with --write and --undo: don't ask")
    .option("--undo", "take back what --write changed last")
    .option("--issue-block", "end with a block for an issue: no keys, names or hosts in it")
    .option(
      "--selftest",
      "checks this tool on this machine instead: starts an engine with a small model made here, and checks device, chat, memory, kill and cleanup",
    );
  for (const row of OPTION_TABLE as readonly OptionRow[]) {
    const name = row.name as OptionName;
    if (!DOCTOR_OPTIONS.includes(name)) continue;
    const meaning = DOCTOR_DEFAULTS[name];
    doctor.addOption(toOption(meaning === undefined ? row : { ...row, default: meaning }));
  }
  doctor.action(async (all: Record<string, unknown>) => {
    const { selftest, provider, write, yes, undo, issueBlock, ...given } = all;
    const { doctor: run } = await import("../doctor.ts");
    const own = {
      selftest: selftest === true,
      provider: typeof provider === "string" ? provider : null,
      write: write === true,
      yes: yes === true,
      undo: undo === true,
      issueBlock: issueBlock === true,
    };
    code = await run(toRaw(given), own, await cliHost());
    await flushed();
  });
  program
    .command("report")
    .description(
      "render a run again from its journal, also one that was killed; or several runs side by side, and parts of one matrix as one",
    )
    .argument(
      "<dir...>",
      "output folders of runs, or a folder of such (as downloaded artifacts are)",
    )
    .option(
      "--out <DIR>",
      "where the reports go (default: of one run its own folder, of several inferrs-bench-merged)",
    )
    .option("--expect <NAME>", "a run that must be there, by label or folder; repeated", repeated)
    .option("--json", "print the result as JSON and nothing else")
    .option("--comment", "print the comment as it would be posted, and write no file")
    .action(async (dirs: string[], given: ReportRunsOptions) => {
      const { report } = await import("../rerender.ts");
      code = report(dirs, given, await cliHost());
      await flushed();
    });
  program
    .command("compare")
    .description(
      "two runs side by side: what differs between them, and their figures; or one run of two variants, with its verdict",
    )
    .argument("<base>", "a run's output folder, its result.json or its journal.jsonl")
    .argument("[head]", "another's; left out: the first is a run of two variants")
    .option("--changed <PART,PART>", "what was changed on purpose, beside the engine's version")
    .option("--markdown", "print Markdown instead of a table for the terminal")
    .option("--json", "print JSON and nothing else")
    .action(async (base: string, head: string | undefined, given: CompareOptions) => {
      const { compare } = await import("../compare.ts");
      code = compare({ base, head }, given, await cliHost());
      await flushed();
    });
  program
    .command("lock")
    .description("the lock of a run that has been: all its inputs, for run --locked (docs/lock.md)")
    .argument("<run>", "the run's output folder, its result.json, or a lock")
    .option("--out <FILE>", "where it is written (default: printed)")
    .action(async (run: string, given: { out?: string }) => {
      const { lock } = await import("../lock-command.ts");
      code = lock(run, given, await cliHost());
      await flushed();
    });
  addHistoryCommands(program, async (run) => {
    code = run(await import("../history-command.ts"), await cliHost());
    await flushed();
  });
  addModelCommands(program, async (run) => {
    code = await run(await import("../model-command.ts"), await cliHost());
    await flushed();
  });
  program
    .command("sim")
    .description("the simulator alone, as a server that speaks as inferrs does")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[args...]")
    .action(async (args: string[]) => {
      const { runSimulator } = await import("../sim/main.ts");
      await runSimulator(args);
    });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return code;
}

function toOption(row: OptionRow): Option {
  const value = row.value ?? "VALUE";
  const shown = row.bare === undefined ? `<${value}>` : `[${value}]`;
  const flags = row.kind === "flag" ? `--${row.name}` : `--${row.name} ${shown}`;
  const help = row.default === undefined ? row.help : `${row.help} (default: ${row.default})`;
  const option = new Option(flags, help);
  if (row.bare !== undefined) option.preset(row.bare);
  if (row.kind === "list") {
    option.argParser(repeated);
  }
  return option;
}

function repeated(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** Commander gives camelCase names; the table's are kebab-case. */
function toRaw(given: Record<string, unknown>): RawOptions {
  const raw: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    raw[key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)] = value;
  }
  return raw as RawOptions;
}

async function runBench(raw: RawOptions): Promise<number> {
  const { bench } = await import("../bench.ts");
  const host = await cliHost();
  const end = await bench(raw, host);
  if (end.error !== null && raw.json !== true) {
    process.stderr.write(`${end.result === null ? "Error: " : ""}${end.error.message}\n`);
  } else if (end.error !== null && end.result === null) {
    process.stderr.write(`Error: ${end.error.message}\n`);
  }
  await flushed();
  return end.exitCode;
}

/** Node's own HTTP parser can't be made in a very small address space; say so instead of a trace. */
function explainAddressSpace(): void {
  process.on("unhandledRejection", (reason) => {
    const message = reason instanceof Error ? reason.message : String(reason);
    const mend = /WebAssembly/.test(message)
      ? " This process's address space is limited (ulimit -v): limit the engine's memory instead (--memory-limit), or set NODE_OPTIONS=--disable-wasm-trap-handler."
      : "";
    process.stderr.write(`Error: ${message}.${mend}\n`);
    process.exit(mend === "" ? 70 : 3);
  });
}

/** The first signal ends the run in order, a second one at once. */
async function cliHost() {
  explainAddressSpace();
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort(name);
    });
  }
  // A reader or a terminal that has gone is no reason to lose what was measured.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!["EPIPE", "EIO", "ENOTCONN", "ECONNRESET"].includes(error.code ?? "")) throw error;
    });
  }
  const { env, stdout, stderr } = process;
  return {
    env,
    cwd: process.cwd(),
    stdout,
    stderr,
    signal: interrupt.signal,
    entry: "cli" as const,
    githubToken: env.GITHUB_TOKEN || env.GH_TOKEN || null,
  };
}

/** Long JSON into a pipe is written in the background: wait for it. */
async function flushed(): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
}
