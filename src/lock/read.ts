/** A lock from a file, or from the result that holds it. What is in it may come from anybody. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../inputs/error.ts";
import { plain } from "../report/escape.ts";
import { type Result, resultSchema } from "../result.ts";
import { LOCK_SCHEMA_ID, type Lock, lockSchema } from "./schema.ts";

/** A model of a thousand files has a lock of 200 kB; a result of a long run has tens of MB. */
const MOST_RESULT_BYTES = 100e6;

/**
 * The lock in a file: itself one, or the result of a run.
 * @throws InputError where there is none
 */
export function findLock(path: string, cwd: string, input: string): Lock {
  const value = parsed(path, cwd, input);
  const result = resultSchema.safeParse(value);
  return result.success ? lockOfResult(result.data, path, input) : lockIn(value, path, input);
}

/** @throws InputError where it holds none */
export function lockOfResult({ lock }: Result, path: string, input: string): Lock {
  if (lock !== null) return lock.inputs;
  throw new InputError({
    input,
    value: path,
    expected: "the result of a run that came to know all its inputs",
    mend: "This one ended before, or is of a version that wrote no lock.",
  });
}

function lockIn(value: unknown, path: string, input: string): Lock {
  const lock = lockSchema.safeParse(value);
  if (lock.success) return lock.data;
  const [issue] = lock.error.issues;
  const where = plain(issue?.path.join(".") ?? "");
  throw new InputError({
    input,
    value: path,
    expected: `a lock of inferrs-bench (${LOCK_SCHEMA_ID})`,
    mend: `${where === "" ? "" : `At ${where}: `}${plain(issue?.message ?? "")}.`,
  });
}

function parsed(path: string, cwd: string, input: string): unknown {
  const wrong = (expected: string, mend: string) =>
    new InputError({ input, value: path, expected, mend });
  const file = resolve(cwd, path);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true) {
    throw wrong("a file", "A run writes bench.lock.json into its --out folder.");
  }
  if (found.size > MOST_RESULT_BYTES) throw wrong("a lock", `It has ${found.size} bytes.`);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw wrong("JSON", `${plain((cause as Error).message)}.`);
  }
}
