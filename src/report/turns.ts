/** Real turns taken apart, and by the command line. Pure. */
import { name } from "../plan/matrix.ts";
import type { MetricName, Result, ResultCell } from "../result.ts";
import { code } from "./escape.ts";
import { ms, percent } from "./format.ts";
import { table } from "./markdown-parts.ts";
import { headlineCell, median } from "./summary.ts";

/** In the order in which they come in a turn. */
const PARTS: readonly [MetricName, string][] = [
  ["clientBeforeMs", "OpenClaw before its first request"],
  ["modelPrefillMs", "queue and prefill"],
  ["modelDecodeMs", "decode"],
  ["modelRestMs", "end of stream"],
  ["toolsMs", "tools between calls"],
  ["clientAfterMs", "OpenClaw after the last reply"],
];

export const TURN_HEAD = ["cell", "turn", ...PARTS.map(([, title]) => title), "unattributed"];

/** One row of it, without the cell's name. */
export function turnFigures(cell: ResultCell): string[] {
  return [
    ms(median(cell, "turnMs")),
    ...PARTS.map(([metric]) => ms(median(cell, metric))),
    unattributed(cell),
  ];
}

/** Where the time of a turn goes, cell by cell; empty where OpenClaw took none. */
export function turnsTaken(result: Result): string {
  const cells = result.cells.filter((cell) => cell.metrics.clientBeforeMs !== undefined);
  const parts: string[] = [];
  if (cells.length > 0) {
    const rows = cells.map((cell) => [code(cell.id), ...turnFigures(cell)]);
    const align = ["", ...TURN_HEAD.slice(1).map(() => "right")];
    parts.push(
      "#### The turn taken apart",
      "What OpenClaw's user waits for, each part measured on its own; sums over the turn's model calls.",
      table(TURN_HEAD, rows, align),
    );
  }
  const confirmed = result.cells.filter((cell) => (cell.confirmed ?? []).length > 0);
  if (confirmed.length > 0) {
    const rows = confirmed.flatMap((cell) =>
      (cell.confirmed ?? []).map(({ driver, outcome, turnMs, clientBeforeMs }) => [
        code(cell.id),
        code(driver === "infer" ? "openclaw infer model run" : "openclaw agent"),
        outcome.kind === "pass" ? "✅" : `❌ ${outcome.kind}`,
        ms(turnMs),
        ms(clientBeforeMs),
      ]),
    );
    const header = ["cell", "command", "outcome", "took", "until its first request"];
    parts.push(
      "The same by OpenClaw's command line, once for each combination: it loads anew each time.",
      table(header, rows, ["", "", "", "right", "right"]),
    );
  }
  return parts.join("\n\n");
}

/** Of the headline's turn, in a sentence; null where OpenClaw took none. */
export function turnLine(result: Result): string | null {
  const cell = headlineCell(result);
  const turn = median(cell, "turnMs");
  if (cell === undefined || turn === null || median(cell, "clientBeforeMs") === null) return null;
  const of = (metric: MetricName) => ms(median(cell, metric));
  const model = `${of("modelMs")} the model (prefill ${of("modelPrefillMs")}, decode ${of("modelDecodeMs")})`;
  const tools = (median(cell, "toolsMs") ?? 0) > 0 ? `, ${of("toolsMs")} tools between calls` : "";
  return `Of the ${ms(turn)} of ${cell.scenario} (${name(cell.compat).replaceAll(",", ", ")}): ${of("clientBeforeMs")} OpenClaw before its first request, ${model}${tools}, ${of("clientAfterMs")} OpenClaw after the last reply; ${unattributed(cell)} unattributed.`;
}

function unattributed(cell: ResultCell): string {
  const turn = median(cell, "turnMs");
  const left = median(cell, "unattributedMs");
  return turn === null || left === null || turn === 0 ? "–" : percent(left / turn);
}

/** Who took the turns, for the table of what was run. */
export function clientLine(result: Result, which: string): string {
  return result.plan.turn === "replayed"
    ? `${which}: its requests, captured and replayed; it was not run`
    : `${which}: it took the turns`;
}
