/** A run that has been, from whatever of it is at hand: its folder, its journal, or its result. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { toResult } from "./analyze/result.ts";
import { InputError } from "./inputs/error.ts";
import { fold } from "./journal/fold.ts";
import { readJournal } from "./journal/journal.ts";
import type { RunState } from "./journal/state.ts";
import { configOf } from "./openclaw-config.ts";
import { type Result, resultSchema } from "./result.ts";

/**
 * The state that a journal adds up to.
 * @throws InputError when it is no journal of a run
 */
export function readState(path: string, input: string): RunState {
  return stateOf(readJournal(path), path, input);
}

/**
 * The same of a journal that was read already.
 * @throws InputError when it is no journal of a run
 */
export function stateOf(
  { entries, lostBytes }: ReturnType<typeof readJournal>,
  path: string,
  input: string,
): RunState {
  const state = fold(entries);
  if (state === null) {
    throw new InputError({
      input,
      value: path,
      expected: "a journal that begins with run-started",
      mend: "The run was ended before it began; there is nothing to report.",
    });
  }
  if (lostBytes > 0) {
    const text = `The journal breaks off in mid-line (${lostBytes} bytes): the run was killed while it wrote.`;
    state.warnings.push({ code: "journal-cut-off", text });
  }
  return state;
}

/**
 * The result as it was written; from the journal where there is none, or none that this version
 * can read.
 * @throws InputError when it is no run
 */
export function readResult(given: string, input: string, cwd: string): Result {
  const path = resolve(cwd, given);
  const found = statSync(path, { throwIfNoEntry: false });
  const folder = found?.isDirectory() === true;
  const [journal, result] = folder
    ? [join(path, "journal.jsonl"), join(path, "result.json")]
    : path.endsWith(".jsonl")
      ? [path, null]
      : [null, path];
  const why: string[] = [];
  if (result !== null && existsSync(result)) {
    const parsed = resultSchema.safeParse(jsonOf(result));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    why.push(`result.json: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim());
  }
  if (journal !== null && existsSync(journal)) {
    const state = readState(journal, input);
    return resultSchema.parse(toResult(state, configOf(state)));
  }
  throw new InputError({
    input,
    value: given,
    expected: "the output folder of a run, its result.json or its journal.jsonl",
    mend: why[0] ?? "Runs write to inferrs-bench-out unless --out names another folder.",
  });
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
