/** The folded parts of the Markdown report. */
import type { Result, ResultCell } from "../result.ts";
import type { Shortenable } from "./budget.ts";
import { CROSSCHECK_HEAD, crosscheckRows, crosscheckText } from "./crosscheck.ts";
import { clip, code, fence, md } from "./escape.ts";
import { bytes, count, ms, plural, UNKNOWN } from "./format.ts";
import { howMeasuredText } from "./how-measured.ts";
import { folded, table } from "./markdown-parts.ts";
import { METRIC_HEAD, metricRows } from "./metric-rows.ts";
import { type Piece, whatWasRunFacts } from "./ran.ts";

/** Versions, digests, model, machine, plan: what is needed to run it again. */
export function whatWasRun(result: Result): string {
  const rows = whatWasRunFacts(result).map(({ what, value }) => [
    md(what),
    value.map(pieceText).join(""),
  ]);
  return folded("What was run", table(["", ""], rows));
}

function pieceText(piece: Piece): string {
  if (typeof piece !== "string") return code(piece.code);
  // What stands between two pieces keeps its spaces.
  return `${/^\s/.test(piece) ? " " : ""}${md(piece)}${/\s$/.test(piece) ? " " : ""}`;
}

/** Every metric of every cell. */
export function allMetrics(result: Result, most = Number.POSITIVE_INFINITY): string {
  const measured = measuredCells(result);
  if (measured.length === 0) return "";
  const parts = measured.slice(0, most).map((cell) => {
    const numbers = table(METRIC_HEAD, metricRows(cell), ["", "right", "right", "right", "right"]);
    return `${code(cell.id)}\n\n${tokenLine(cell)}\n\n${numbers}`;
  });
  if (measured.length > most)
    parts.push(`_${plural(measured.length - most, "more cell")} left out._`);
  return folded("All metrics", parts.join("\n\n"));
}

/** Cells are its rows. */
export function allMetricsShortened(result: Result): Shortenable {
  return { rows: measuredCells(result).length, text: (rows) => allMetrics(result, rows) };
}

function measuredCells({ cells }: Result): ResultCell[] {
  return cells.filter((cell) => Object.keys(cell.metrics).length > 0);
}

function tokenLine(cell: ResultCell): string {
  const { prompt, promptSource, output, outputSource } = cell.tokens;
  const parts = [
    `prompt ${count(prompt)} tokens${promptSource === null ? "" : ` (${promptSource})`}`,
    `reply ${count(output)} tokens${outputSource === null ? "" : ` (${outputSource})`}`,
    `largest request ${bytes(cell.requestBytes)}`,
    `peak memory ${cell.peakMemory === null ? UNKNOWN : `${bytes(cell.peakMemory.bytes)} (${cell.peakMemory.kind})`}`,
    cell.peakVramBytes === null ? null : `peak GPU memory ${bytes(cell.peakVramBytes)}`,
    `attempts ${cell.outcome.attempts.ok} good, ${cell.outcome.attempts.failed} failed`,
  ];
  return md(parts.filter((part) => part !== null).join("; "));
}

/** Each life of the engine, and how it ended. */
export function starts(result: Result, most = Number.POSITIVE_INFINITY): string {
  if (result.starts.length === 0) return "";
  const shown = result.starts.slice(0, most);
  const several = result.variants.length > 1;
  const name = ({ variant, start }: Result["starts"][number]) =>
    several ? `${md(variant)} ${start}` : String(start);
  const rows = shown.map((start) => [
    `${name(start)} (${start.phase})`,
    ms(start.readyMs),
    start.peakMemory === null ? UNKNOWN : bytes(start.peakMemory.bytes),
    start.end === null ? UNKNOWN : md(endOf(start)),
  ]);
  const logs = shown
    .filter((start) => (start.end?.logTail.length ?? 0) > 0)
    .map((start) => {
      const lines = (start.end?.logTail ?? []).map((line) => clip(line, 300)).join("\n");
      return `Last lines of the log of start ${name(start)}:\n\n${fence(lines, "text")}`;
    });
  const header = ["start", "ready after", "peak memory", "end"];
  const left = result.starts.length - shown.length;
  const more = left > 0 ? [`_${plural(left, "more")} left out._`] : [];
  const body = [table(header, rows, ["", "right", "right", ""]), ...more, ...logs];
  return folded(`Engine starts (${result.starts.length})`, body.join("\n\n"));
}

export function startsShortened(result: Result): Shortenable {
  return { rows: result.starts.length, text: (rows) => starts(result, rows) };
}

/** How a life of the engine ended, in a few words. */
export function endOf({ end, failure }: Result["starts"][number]): string {
  if (end === null || end.kind === "stopped") return "stopped";
  const how = end.signal === null ? `exit code ${end.exitCode ?? "?"}` : `signal ${end.signal}`;
  const by = end.memoryKiller === null ? "" : ` by ${end.memoryKiller}`;
  const why = failure === null ? "" : ` (${failure.kind})`;
  return `${end.kind}${by}${why}, ${how}`;
}

/** What each route of a server counts of the same chat, and our rates beside the engine's own. */
export function crosschecks(result: Result): string {
  if (result.crosschecks.length === 0) return "";
  const tables = result.crosschecks.map((check) => {
    const rows = crosscheckRows(check);
    return `One small chat on every route of ${code(check.variant)}. ${md(crosscheckText(check))}\n\n${table(CROSSCHECK_HEAD, rows, ["", "right", "right", "right", "right"])}`;
  });
  return folded("What the server counts", tables.join("\n\n"));
}

/** @param beside what else there is to say of the engine: already escaped */
export function howMeasured(result: Result, beside = ""): string {
  const more = beside === "" ? "" : `\n\n${beside}`;
  return folded("How it was measured", `${howMeasuredText(result)}${more}`);
}
