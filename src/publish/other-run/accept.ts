/** From hostile bytes to results: their size bounded, their form that of our schema. Pure. */
import type { ZodType } from "zod";
import { MERGED_SCHEMA_ID, mergedSchema } from "../../merged-result.ts";
import type { MissingRun } from "../../report/reported.ts";
import { RESULT_SCHEMA_ID, type Result, resultSchema } from "../../result.ts";
import { oneLine } from "../text.ts";

export interface AcceptedRun {
  /** Null: it has none, and is called as its label or its file. */
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
  if (schema === MERGED_SCHEMA_ID) {
    const count = [runs, missing].reduce<number>(
      (sum, list) => sum + (Array.isArray(list) ? list.length : 0),
      0,
    );
    return count > MOST.runs ? refused(`it has more than ${MOST.runs} runs`) : acceptMerged(value);
  }
  if (schema !== RESULT_SCHEMA_ID) return refused(`it is no ${RESULT_SCHEMA_ID}`);
  const one = parsed(resultSchema, value);
  if (one.kind === "refused") return one;
  const more = tooMany(one.value);
  if (more !== null) return refused(more);
  return { kind: "runs", runs: [{ name: null, result: one.value }], missing: [] };
}

function acceptMerged(value: unknown): Accepted {
  const merged = parsed(mergedSchema, value);
  if (merged.kind === "refused") return merged;
  const { runs, missing } = merged.value;
  for (const { result } of runs) {
    const more = tooMany(result);
    if (more !== null) return refused(`of one of its runs, ${more}`);
  }
  const text = (given: string) => oneLine(given, 300);
  return {
    kind: "runs",
    runs: runs.map(({ name, result }) => ({ name: text(name) || null, result })),
    missing: missing.map(({ name, why }) => ({ name: text(name), why: text(why) })),
  };
}

function parsed<T>(schema: ZodType<T>, value: unknown): { kind: "value"; value: T } | Refused {
  const { success, data, error } = schema.safeParse(value);
  if (success) return { kind: "value", value: data };
  const where = oneLine(error.issues[0]?.path.map(String).join(".") ?? "", 80);
  return refused(
    `it is not as this version of inferrs-bench writes it (at ${where || "its top"}); use one version in both workflows`,
  );
}

function tooMany({ cells, starts, variants, warnings }: Result): string | null {
  for (const [what, list] of Object.entries({ cells, starts, variants, warnings })) {
    const most = MOST[what as "cells"];
    if (list.length > most) return `it has more than ${most} ${what}`;
  }
  return null;
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
