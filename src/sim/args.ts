/** The simulator's command line: inferrs's own, plus `--knob` and `--state`. */
import { describeKnobs, type Knobs, parseKnobs } from "./knobs.ts";
import { readScripts, type Script } from "./script.ts";

export interface SimulatorArgs {
  kind: "serve";
  model: string;
  host: string;
  port: number;
  knobs: Knobs;
  stateFile: string | null;
  scripts: Script[];
  recordFile: string | null;
}

/** Flags of inferrs that make no difference here but must not be refused. */
const IGNORED = [
  ...["--revision", "--dtype", "--device", "--block-size", "--initial-blocks", "--max-blocks"],
  ...["--max-batch-size", "--max-tokens-per-step", "--temperature", "--top-p", "--top-k"],
  ...["--max-tokens", "--paged-attention", "--turbo-quant", "--gguf-file", "--tokenizer-source"],
  "--quantize",
];
/** Of those, the ones that take their value only after `=`. */
const ONLY_INLINE = ["--paged-attention", "--turbo-quant", "--quantize"];

const HELP = `A server that speaks as inferrs does, without a model: to try the bench, and to break on purpose.

Usage: inferrs-bench sim [serve] [MODEL] [--host H] [--port P] [--knob KNOB=VALUE]... [--state FILE]
       [--script FILE]

  MODEL         the id it answers to (simulated)
  --host H      address to listen on (127.0.0.1)
  --port P      port to listen on (8080)
  --knob K=V    turn a knob; may be repeated; a bare K means K=true
  --state FILE  keep the simulated memory's account in this file (INFERRS_BENCH_SIM_STATE)
  --script FILE what it says to what: JSON, [{"message": "…", "replies": [{"calls": […]}, {"text": "…"}]}]
  Other flags of "inferrs serve" are accepted. --max-seq-len N sets the knob "window".

Knobs (default):
${describeKnobs()}
`;

/**
 * Reads the command line.
 * @throws Error that names the flag or knob and what was expected
 */
export function parseArgs(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): SimulatorArgs | { kind: "say"; text: string } {
  const rest = argv[0] === "serve" ? argv.slice(1) : [...argv];
  const knobs: string[] = [];
  const values: Record<string, string> = {};
  const models: string[] = [];
  while (rest.length > 0) {
    const argument = rest.shift() ?? "";
    if (argument === "--help" || argument === "-h") return { kind: "say", text: HELP };
    if (argument === "--version" || argument === "-v")
      return { kind: "say", text: "inferrs 0.1.0 (simulated)\n" };
    if (!argument.startsWith("-")) {
      models.push(argument);
      continue;
    }
    const [, flag = argument, inline] = /^([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    if (inline === undefined && ONLY_INLINE.includes(flag)) continue;
    const value = inline ?? rest.shift();
    if (value === undefined) throw new Error(`${flag}: expected a value after it.`);
    if (flag === "--knob") knobs.push(value);
    else if (flag === "--max-seq-len")
      knobs.push(...(Number(value) > 0 ? [`window=${value}`] : []));
    else if (["--host", "--port", "--state", "--script"].includes(flag)) values[flag] = value;
    else if (!IGNORED.includes(flag)) throw new Error(`${flag}: the simulator has no such flag.`);
  }
  if (models.length > 1) throw new Error(`expected one model, got ${models.join(" ")}.`);
  const port = values["--port"] ?? "8080";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    throw new Error(`--port: got "${port}"; expected a whole number from 0 to 65535.`);
  return {
    kind: "serve",
    model: models[0] ?? "simulated",
    host: values["--host"] ?? "127.0.0.1",
    port: Number(port),
    knobs: parseKnobs(knobs),
    stateFile: values["--state"] ?? (env.INFERRS_BENCH_SIM_STATE || null),
    recordFile: env.INFERRS_BENCH_SIM_RECORD || null,
    scripts: values["--script"] === undefined ? [] : readScripts(values["--script"]),
  };
}
