/** Ids of figures: unique in a page of several runs, and without anything from outside. Pure. */
import { createHash } from "node:crypto";
import type { ReportedRun } from "../../reported.ts";

/** Begins with a letter, and has no blank: such ids can be referred to in a list. */
export function idOf(...parts: readonly string[]): string {
  return `c${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12)}`;
}

/** The same run has the same id; two runs that differ in anything have two. */
export function runId({ name, result }: ReportedRun): string {
  const { startedAt, durationMs, command, environment, variants } = result;
  return idOf(
    name,
    startedAt,
    String(durationMs),
    JSON.stringify([command, environment.fingerprint, variants.map((each) => each.model)]),
  );
}
