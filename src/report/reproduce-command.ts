/** The two commands that measure the same again: this version of the tool, and the run. Pure. */
import { REDACTED } from "../inputs/redacted.ts";
import type { Result } from "../result.ts";
import { code, fence, md } from "./escape.ts";
import { folded } from "./markdown-parts.ts";
import { shellCommand } from "./shell.ts";

/** Longer ones are nobody's command line. */
const MOST_COMMAND = 8_000;

const COMMANDS: ReadonlySet<string> = new Set(["run", "demo"]);
/** What the tool would give to a shell: who pastes a stranger's command should know. */
const RUNS_A_SHELL = /^--(base=)?(build|restart-command)=/;

/** Folded; empty for a result of before, which doesn't say how it was asked for. */
export function reproduceIt(result: Result): string {
  const commands = reproducing(result);
  if (commands === null) return "";
  const body = [fence(commands.join("\n"), "sh"), `<sub>${notesOn(result).join(" ")}</sub>`];
  return folded("Reproduce it", body.join("\n\n"));
}

/** Getting the tool, and the run; null where it isn't known, or too long to be one. */
export function reproducing({ command, tool }: Result): [string, string] | null {
  if (command === null || !COMMANDS.has(command[0] ?? "")) return null;
  const run = shellCommand("inferrs-bench", command);
  if (run.length > MOST_COMMAND) return null;
  const version = /^\d+\.\d+\.\d+[\w.+-]*$/.test(tool.version) ? `@${tool.version}` : "";
  return [`npm install --global inferrs-bench${version}`, run];
}

/** What the commands alone don't bring, already escaped. */
function notesOn({ command, variants, environment, simulated }: Result): string[] {
  const kinds = new Set(variants.map(({ engine }) => engine.source?.kind));
  const local = kinds.has("path") || variants.some(({ model }) => model.kind === "directory");
  const notes = [
    local
      ? "Paths are those of the machine that it ran on; their digests are under What was run."
      : null,
    command?.some((argument) => RUNS_A_SHELL.test(argument)) === true
      ? "It has a shell command in it: read that before you run it."
      : null,
    kinds.has("built") ? "inferrs was built of a commit: check that one out first." : null,
    variants.some(({ engine }) => engine.kind === "external")
      ? "The server was running already: start the same one first."
      : null,
    command?.some((argument) => argument.includes(REDACTED)) === true
      ? `${md(REDACTED)} stands for what is secret.`
      : null,
    simulated
      ? null
      : `Figures are those of one machine (fingerprint ${code(environment.fingerprint)}): another gives others, and its own verdict.`,
  ];
  const said = notes.filter((note) => note !== null);
  return said.length === 0 ? ["The simulator needs nothing else."] : said;
}
