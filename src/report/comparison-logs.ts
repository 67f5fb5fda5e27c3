/** Head's last words where it broke, and base's beside them. Pure. */
import type { EngineStart, Result } from "../result.ts";

export interface LogTails {
  head: { title: string; lines: string[] };
  /** Of the same pair where it has one. */
  base: { title: string; lines: string[] } | null;
}

/** Head's last words where it broke, and base's beside them; null where head kept none. */
export function logTails({ comparison, verdict, starts }: Result): LogTails | null {
  if (comparison === null || verdict !== "broken") return null;
  const kept = (variant: string) =>
    starts.filter((start) => start.variant === variant && (start.end?.logTail.length ?? 0) > 0);
  const ended = (start: EngineStart) => start.end?.kind !== "stopped" || start.failure !== null;
  const heads = kept(comparison.head);
  const head = heads.filter(ended).at(-1) ?? heads.at(-1);
  if (head === undefined) return null;
  const bases = kept(comparison.base);
  const base =
    bases.find((start) => start.pair != null && start.pair === head.pair) ?? bases.at(-1);
  const tail = (name: string, start: EngineStart) => ({
    title: `${name}, start ${start.start}${endText(start)}`,
    lines: (start.end?.logTail ?? []).map(untimed),
  });
  return { head: tail("head", head), base: base === undefined ? null : tail("base", base) };
}

function endText({ end, failure }: EngineStart): string {
  if (failure !== null) return `: ${failure.kind}`;
  return end === null || end.kind === "stopped" ? ", ended as asked" : `: ${end.kind}`;
}

/** The time that a log's line begins with takes room that its words need. */
function untimed(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z\s+/, "");
}
