/** Latency and rates of a scenario's cells: every sample, the median and its interval. Pure. */
import type { MetricName, ResultCell } from "../../../result.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import type { Node } from "../h.ts";
import { type Placed, panel, ROW_GAP, TALL } from "./distribution-panel.ts";
import { legendOf, summaryOf, tableOf } from "./distribution-words.ts";
import { idOf, runId } from "./ids.ts";
import { MEASURES } from "./measures.ts";
import { NAMES_PX, type Row, rowName, rowsOf, titleOf } from "./rows.ts";
import { startsIn } from "./start-dots.ts";
import { LINE_PX } from "./text.ts";

const WIDTH = 700;
const GAP = 14;
/** Over a panel, for its name; and for the labels of an axis at the top. */
const HEAD_PX = { low: 20, tall: 36 };
/** Under a panel, for the labels of its axis. */
const FOOT_PX = 34;

/** All cells of a scenario on one scale for each figure; null where nothing was measured. */
export function distributions(run: ReportedRun, scenario: string): Node {
  const { result } = run;
  const cells = result.cells.filter((cell) => cell.scenario === scenario);
  const shown = MEASURES.filter(({ metric }) => cells.some((cell) => has(cell, metric)));
  if (shown.length === 0) return null;
  const rows = rowsOf(result, cells);
  const measured = cells.filter((cell) => !isEmpty(cell));
  const starts = startsIn(cells.flatMap(({ metrics }) => Object.values(metrics)));
  const sides = result.comparison;
  const seriesOf = ({ variant }: ResultCell) =>
    sides === null ? null : variant === sides.base ? 1 : 2;
  const { placed, height } = place(rows, starts.length);
  const abreast = Math.min(2, shown.length);
  const width = (WIDTH - NAMES_PX - GAP * (abreast - 1)) / abreast;
  const blocks = Math.ceil(shown.length / abreast);
  const headPx = rows.length > TALL ? HEAD_PX.tall : HEAD_PX.low;
  const blockPx = headPx + height + FOOT_PX;
  const panels = shown.map((measure, index) => {
    const left = NAMES_PX + (index % abreast) * (width + GAP);
    const top = Math.floor(index / abreast) * blockPx;
    const first = index % abreast === 0;
    return panel({
      first,
      measure,
      placed,
      starts,
      seriesOf,
      left,
      top: top + headPx,
      width,
      height,
    });
  });
  const names = Array.from({ length: blocks }, (_, block) =>
    placed.map((row) => rowName(row, 0, block * blockPx + headPx + row.top, row.height)),
  );
  return figure({
    id: idOf(runId(run), "distributions", scenario),
    title: `${titleOf(scenario)}: every sample`,
    summary: summaryOf(rowsOf(result, measured), shown, cells),
    legend: legendOf(sides === null ? null : [sides.base, sides.head], starts, cells),
    width: WIDTH,
    height: blocks * blockPx,
    children: [names, panels],
    table: tableOf(rows, shown),
  });
}

function has({ metrics }: ResultCell, metric: MetricName): boolean {
  return (metrics[metric]?.samples.length ?? 0) > 0;
}

function place(rows: readonly Row[], starts: number) {
  let top = ROW_GAP / 2;
  const bands = Math.min(44, 9 * Math.max(1, starts));
  const placed = rows.map((row): Placed => {
    const height = Math.max(LINE_PX * row.lines.length, isEmpty(row.cell) ? 0 : bands, 18);
    const at = { ...row, top, height };
    top += height + ROW_GAP;
    return at;
  });
  return { placed, height: top - ROW_GAP / 2 };
}

function isEmpty({ metrics }: ResultCell): boolean {
  return MEASURES.every(({ metric }) => metrics[metric] === undefined);
}
