/** The Action's inputs, read by the one table of options: a workflow and a laptop are one language. */
import { InputError } from "./error.ts";
import { parseChoice } from "./parse.ts";
import { OPTION_TABLE, type OptionName, type OptionRow, type RawOptions } from "./table.ts";

/** What the Action itself needs; everything else goes to `bench()` as it is. */
export interface ActionInputs {
  command: (typeof ACTION_COMMANDS)[number];
  raw: RawOptions;
  /** Empty: nothing is sent to GitHub. */
  token: string;
  comment: CommentWhen;
  commentId: string;
  /** Of `merge`: folders of results, and the labels that must be there. */
  results: string[];
  expect: string[];
  /** Of `publish`: which artifacts of the other run. */
  artifact: string;
  cacheModel: boolean;
  /** Also code of strangers is run on a self-hosted runner. */
  allowForkCode: boolean;
}

export const ACTION_COMMANDS = ["run", "demo", "merge", "publish", "doctor"] as const;

/** When a comment is written. */
export const COMMENT_WHEN = ["on-change", "always", "never"] as const;
export type CommentWhen = (typeof COMMENT_WHEN)[number];

/** Where the results go when no input says so. */
export const DEFAULT_OUT_DIR: string =
  OPTION_TABLE.find((row) => row.name === "out")?.default ?? ".";

/** The rows that are inputs of the Action. */
export const ACTION_ROWS: readonly (OptionRow & { name: OptionName })[] = OPTION_TABLE.filter(
  (row: OptionRow) => row.only !== "cli",
);

/**
 * Reads every input of the table. An input that is empty was not given.
 *
 * @param getInput - `getInput` of @actions/core, or a stand-in: the trimmed text, "" when not given
 * @throws InputError for an input that can't be what it says
 */
export function readActionInputs(getInput: (name: string) => string): RawOptions {
  const raw: RawOptions = {};
  for (const row of ACTION_ROWS) {
    const text = getInput(row.name).trim();
    if (text === "") continue;
    if (row.kind === "flag") raw[row.name] = strictFlag(row.name, text);
    else if (row.kind === "list") {
      const lines = listLines(text);
      if (lines.length > 0) raw[row.name] = lines;
    } else raw[row.name] = text;
  }
  raw.command = parseChoice("command", textOf(raw, "command", "run"), ACTION_COMMANDS);
  return raw;
}

/**
 * Parts what is the Action's own business (the comment, the tokens, the cache) from what is measured.
 *
 * @throws InputError for a comment that is neither true nor false, or an id that can't be a marker
 */
export function splitActionInputs(options: RawOptions): ActionInputs {
  const {
    comment: _comment,
    "comment-id": _id,
    "github-token": _token,
    "hf-token": _hfToken,
    "cache-model": _cacheModel,
    "allow-fork-code": allowed,
    results,
    expect,
    artifact: _artifact,
    ...raw
  } = options;
  return {
    command: parseChoice("command", textOf(options, "command", "run"), ACTION_COMMANDS),
    raw,
    token: textOf(options, "github-token", ""),
    comment: parseChoice("comment", textOf(options, "comment", "on-change"), COMMENT_WHEN),
    results: Array.isArray(results) ? results : ["inferrs-bench-results"],
    expect: Array.isArray(expect) ? expect : [],
    artifact: textOf(options, "artifact", "inferrs-bench*"),
    cacheModel: options["cache-model"] === true,
    commentId: markerId(textOf(options, "comment-id", "default")),
    allowForkCode: allowed === true,
  };
}

/**
 * The environment that the measured programs may see: without the Action's inputs (one of them is
 * the token), its saved state, the runner's own tokens, and the files by which a step talks to the
 * runner.
 */
export function measuredEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const hidden = /^(INPUT_|STATE_|ACTIONS_(RUNTIME|ID_TOKEN|CACHE|RESULTS)_)/i;
  const runnerFiles = /^GITHUB_(ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$/i;
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !hidden.test(name) && !runnerFiles.test(name)),
  );
}

/**
 * The environment with the hub's token under its usual name, and every token of the hub masked in
 * what the runner shows.
 *
 * @param given - the input; it wins over the environment
 */
export function withHubToken(
  env: NodeJS.ProcessEnv,
  given: string,
  mask: (secret: string) => void,
): NodeJS.ProcessEnv {
  for (const secret of [given, env.HF_TOKEN, env.HUGGING_FACE_HUB_TOKEN]) {
    if (secret?.trim()) mask(secret.trim());
  }
  return given === "" ? env : { ...env, HF_TOKEN: given };
}

function textOf(raw: RawOptions, name: OptionName, otherwise: string): string {
  const value = raw[name];
  return typeof value === "string" ? value : otherwise;
}

/** One item per line; blank lines and lines that start with `#` are not items. */
function listLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function strictFlag(input: string, text: string): boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  throw new InputError({
    input,
    value: text,
    expected: "true or false",
    mend: "Leave it out for the default.",
  });
}

/** The id stands in an HTML comment: nothing that could end it may be in it. */
function markerId(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new InputError({
    input: "comment-id",
    value: text,
    expected: "up to 64 letters, digits, points, dashes and underscores",
    mend: "For example comment-id: metal-runner.",
  });
}
