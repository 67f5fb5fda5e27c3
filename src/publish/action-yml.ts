/** `action.yml` as text, made from the table of options; a test holds the committed file to it. */
import { ACTION_ROWS } from "../inputs/action.ts";
import { OPTION_TABLE, type OptionRow } from "../inputs/table.ts";
import { OUTPUT_DESCRIPTIONS } from "./outputs.ts";

/** The whole file. Every text is a double-quoted scalar: JSON's strings are YAML's. */
export function renderActionYml(): string {
  return [
    "# Made from src/inputs/table.ts: change the table, not this file.",
    `name: ${quote("inferrs-bench")}`,
    `description: ${quote("Does inferrs serve this model well enough for OpenClaw agent turns, with which compat flags, and how fast?")}`,
    `author: ${quote("inferrs-bench")}`,
    "branding:",
    "  icon: activity",
    "  color: blue",
    "inputs:",
    ...ACTION_ROWS.flatMap(inputLines),
    "outputs:",
    ...Object.entries(OUTPUT_DESCRIPTIONS).flatMap(([name, description]) => [
      `  ${name}:`,
      `    description: ${quote(description)}`,
    ]),
    "runs:",
    "  using: node24",
    "  main: dist/action.cjs",
    "  post: dist/post.cjs",
    "  post-if: always()",
    "",
  ].join("\n");
}

/**
 * Only the Action's own inputs carry their default here. For all others an empty text means "not
 * given", so that the config file and the tool's own defaults still count.
 * What a workflow alone knows (the matrix of the job) is an expression.
 */
function inputLines(row: OptionRow): string[] {
  const own = row.only === "action";
  return [
    `  ${row.name}:`,
    `    description: ${quote(describe(row, own))}`,
    "    required: false",
    `    default: ${quote(row.workflowDefault ?? (own ? (row.default ?? "") : ""))}`,
  ];
}

function describe(row: OptionRow, own: boolean): string {
  const parts = [inWorkflowWords(row.help)];
  if (row.kind === "list") parts.push("one per line");
  if (row.kind === "flag") parts.push("true or false");
  if (row.value === "SECONDS") parts.push("in seconds");
  if (row.default !== undefined && !own) parts.push(`default: ${inWorkflowWords(row.default)}`);
  return parts.join("; ");
}

/** The table speaks of the command line: `--engine external` is `engine: external` in a workflow. */
function inWorkflowWords(text: string): string {
  const names = OPTION_TABLE.map((row) => row.name).join("|");
  return text
    .replace("the command line wins", "an input wins")
    .replace(new RegExp(`--(?:${names})=(?=-)`, "g"), "")
    .replace(new RegExp(`--(${names}) (?=[a-z])`, "g"), "$1: ")
    .replace(new RegExp(`--(${names})(?![a-z=-])`, "g"), "$1");
}

function quote(text: string): string {
  return JSON.stringify(text);
}
