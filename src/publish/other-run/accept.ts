/** From hostile bytes to results: their size bounded, their form that of our schema. Pure. */
import type { MissingRun } from "../../report/reported.ts";
import { RESULT_SCHEMA_ID, type Result, resultSchema } from "../../result.ts";
import { oneLine } from "../text.ts";

export interface AcceptedRun {
  /** Null: it has no other than its file's. */
  name: string | null;
  result: Result;
}

export type Accepted = { kind: "runs"; runs: AcceptedRun[]; missing: MissingRun[] } | Refused;

interface Refused {
  kind: "refused";
  reason: string;
}

/** What a real result is far below; above it, rendering could take long or fill a comment with one text. */
export const MOST = {
  depth: 26,
  values: 1_500_000,
  text: 16_384,
  name: 200,
  items: 20_000,
  cells: 300,
  starts: 2000,
  variants: 8,
  warnings: 200,
  runs: 20,
} as const;

/** What `command: merge` writes. */
const MERGED_SCHEMA_ID = "inferrs-bench/merged/v1";

/** Keys that mean something else to JavaScript. */
const UNFIT = new Set(["__proto__", "constructor", "prototype"]);

/**
 * A `result.json`, or a `merged.json` of several: of that one the results and who is missing. What they
 * come to together is for our own code to say.
 *
 * @returns `refused` with a reason: it never throws, whatever the bytes are
 */
export function accept(bytes: Uint8Array): Accepted {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refused("it is not JSON");
  }
  const excess = tooMuch(value);
  if (excess !== null) return refused(excess);
  const { schema, runs, missing } = at(value);
  if (schema !== MERGED_SCHEMA_ID) {
    const one = acceptResult(value);
    if (one.kind === "refused") return one;
    return { kind: "runs", runs: [{ name: null, result: one.result }], missing: [] };
  }
  const listed = Array.isArray(runs) ? runs.map(at) : [];
  const left = Array.isArray(missing) ? missing.map(at) : [];
  if (listed.length + left.length > MOST.runs) return refused(`it has more than ${MOST.runs} runs`);
  const text = (given: unknown) => oneLine(typeof given === "string" ? given : "", 300);
  const accepted: AcceptedRun[] = [];
  for (const { name, result } of listed) {
    const one = acceptResult(result);
    if (one.kind === "refused") return refused(`of one of its runs, ${one.reason}`);
    accepted.push({ name: text(name), result: one.result });
  }
  const lost = left.map(({ name, why }) => ({ name: text(name), why: text(why) }));
  return { kind: "runs", runs: accepted, missing: lost };
}

function acceptResult(value: unknown): { kind: "result"; result: Result } | Refused {
  if (at(value).schema !== RESULT_SCHEMA_ID) return refused(`it is no ${RESULT_SCHEMA_ID}`);
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    const where = oneLine(first?.path.map(String).join(".") ?? "", 80);
    return refused(
      `it is not as this version of inferrs-bench writes it (at ${where || "its top"}); use one version in both workflows`,
    );
  }
  const { cells, starts, variants, warnings } = parsed.data;
  for (const [what, list] of Object.entries({ cells, starts, variants, warnings })) {
    const most = MOST[what as "cells"];
    if (list.length > most) return refused(`it has more than ${most} ${what}`);
  }
  return { kind: "result", result: parsed.data };
}

function refused(reason: string): Refused {
  return { kind: "refused", reason };
}

/** Its fields, whatever it is. */
function at(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A loop, not a recursion: its depth is what is doubted. */
function tooMuch(whole: unknown): string | null {
  const left: { value: unknown; depth: number }[] = [{ value: whole, depth: 0 }];
  let values = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, depth } = next;
    values += 1;
    if (values > MOST.values) return "it has too many values";
    if (typeof value === "string" && value.length > MOST.text) return "it has too long a text";
    if (typeof value !== "object" || value === null) continue;
    if (depth >= MOST.depth) return "it is nested too deep";
    if (Array.isArray(value) && value.length > MOST.items) return "it has too long a list";
    if (!Array.isArray(value)) {
      for (const name of Object.keys(value)) {
        if (name.length > MOST.name) return "it has too long a name";
        if (UNFIT.has(name)) return "it has a name that no result has";
      }
    }
    for (const inner of Object.values(value)) left.push({ value: inner, depth: depth + 1 });
  }
  return null;
}
