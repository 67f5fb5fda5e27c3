/** Requests in flight together: throughput, latency of each, queueing. Pure. */
import { lightest, nameOfLoad, weightOf } from "../plan/load.ts";
import { name, shownCombination } from "../plan/matrix.ts";
import type { Result, ResultCell } from "../result.ts";
import { md } from "./escape.ts";
import { ms, rate, UNKNOWN } from "./format.ts";
import { combinationCell, table } from "./markdown-parts.ts";
import { median } from "./summary.ts";

/** Scenarios and combinations that were measured under more than one load, each with its cells. */
export function underLoad(result: Result): { title: string; cells: ResultCell[] }[] {
  const alone = new Set(lightest(result.cells));
  const loaded = result.cells.filter((cell) => !alone.has(cell) || nameOfLoad(cell.load) !== "");
  const groups = new Map<string, ResultCell[]>();
  for (const cell of loaded) {
    const key = `${cell.scenario} ${name(shownCombination(cell)).replaceAll(",", " ")}`.trim();
    const same = result.cells.filter(
      (each) =>
        each.scenario === cell.scenario &&
        name(shownCombination(each)) === name(shownCombination(cell)),
    );
    groups.set(
      key,
      same.sort((a, b) => weightOf(a.load) - weightOf(b.load)),
    );
  }
  return [...groups].map(([title, cells]) => ({ title, cells }));
}

/** `1 at once`, `4 at once`, `2 a second`. */
export function loadText({ load }: ResultCell): string {
  return load.kind === "closed" ? `${load.concurrency} at once` : `${load.requestsPerSecond}/s`;
}

export const LOAD_HEAD = ["load", "all tok/s", "requests/s", "TTFT", "queue", "tok/s each"];

/** The figures of one row. */
export function loadFigures(cell: ResultCell): string[] {
  if (cell.outcome.kind !== "pass") return [cell.outcome.kind, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  return [
    rate(median(cell, "throughputTokensPerSecond")),
    rate(median(cell, "requestsPerSecond")),
    ms(median(cell, "ttftMs")),
    ms(median(cell, "queueMs")),
    rate(median(cell, "decodeTokensPerSecond")),
  ];
}

/** A table for each scenario and combination; empty where nothing was measured under load. */
export function loads(result: Result): string {
  const groups = underLoad(result);
  if (groups.length === 0) return "";
  const align = LOAD_HEAD.map((_, index) => (index === 0 ? "" : "right"));
  const tables = groups.map(({ cells }) => {
    const [first] = cells;
    const title = first === undefined ? "" : md(first.scenario);
    const flags =
      first === undefined ? "" : combinationCell(shownCombination(first)).replaceAll("<br>", " ");
    const rows = cells.map((cell) => [md(loadText(cell)), ...loadFigures(cell).map(md)]);
    return `**${title}** ${flags}\n\n${table(LOAD_HEAD, rows, align)}`;
  });
  const note =
    "Medians. “at once”: each user sends the next turn when the last is answered. “/s”: turns come at random at this rate, and latencies count from when each was due. Queue: the time before the engine began on a request; – where it can't be told from prefill.";
  return ["#### Under load", ...tables, note].join("\n\n");
}
