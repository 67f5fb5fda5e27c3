/** A turn as its user waits for it, part after part, a row for each cell. Pure. */
import type { ResultCell } from "../../../result.ts";
import { list, ms, percent } from "../../format.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import { html, type Node } from "../h.ts";
import { ticksOf, xAxis } from "./axis.ts";
import { idOf, runId } from "./ids.ts";
import { levels, px, uprights } from "./px.ts";
import { NAMES_PX, type Row, rowName, rowsOf, titleOf } from "./rows.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { LINE_PX, textWidth } from "./text.ts";
import { type TakenApart, type TurnPart, takenApart } from "./turn-parts.ts";

const WIDTH = 700;
const FIGURE_PX = 72;
const BAR_PX = 16;
const ROW_GAP = 10;
const TOP = 6;
/** Smaller parts of a turn are drawn, but not named. */
const TELLING = 0.01;

interface Placed {
  row: Row;
  apart: TakenApart;
  top: number;
  height: number;
}

/** The cells of a scenario on one scale; null where nothing tells the parts of their turns. */
export function turnTimeline(run: ReportedRun, scenario: string): Node {
  const { cells } = run.result;
  return timeline(
    run,
    cells.filter((cell) => cell.scenario === scenario),
    scenario,
    idOf(runId(run), "timeline", scenario),
  );
}

/** Of one cell alone. */
export function cellTimeline(run: ReportedRun, cell: ResultCell): Node {
  return timeline(run, [cell], cell.scenario, idOf(runId(run), "timeline-of", cell.id));
}

function timeline(
  { result }: ReportedRun,
  cells: readonly ResultCell[],
  scenario: string,
  id: string,
): Node {
  const placed = place(rowsOf(result, cells));
  if (placed.length === 0) return null;
  const scale = timeScale(
    placed.map(({ apart }) => apart),
    [NAMES_PX, WIDTH - FIGURE_PX],
  );
  const last = placed.at(-1);
  const bottom = (last?.top ?? 0) + (last?.height ?? 0) + ROW_GAP / 2;
  const parts = [
    ...new Map(
      placed.flatMap(({ apart }) => apart.parts.map((part) => [part.label, part])),
    ).values(),
  ];
  return figure({
    id,
    title: `${titleOf(scenario)}: where the time of a turn goes`,
    summary: summaryOf(placed),
    legend: [
      ...parts.map(({ label, className }) => ({ label, className: `turn-part ${className}` })),
      { label: "median turn, fastest to slowest", className: "mark" },
    ],
    width: WIDTH,
    height: bottom + 24,
    children: html`${xAxis(ticksOf(scale, ms, "x"), { top: TOP - 4, bottom })}
      <path class="axis" d=${uprights([scale.at(0)], TOP - 4, bottom)} />
      ${placed.map((each) => turn(each, scale))}`,
    table: {
      header: ["cell", ...parts.map(({ label }) => label), "turn", "fastest", "slowest"],
      rows: placed.map(({ row, apart }) => [
        row.full,
        ...parts.map(({ label }) => ms(apart.parts.find((part) => part.label === label)?.ms ?? 0)),
        ...[apart.turnMs, ...apart.range].map(ms),
      ]),
    },
  });
}

function place(rows: readonly Row[]): Placed[] {
  let top = TOP;
  return rows.flatMap((row) => {
    const apart = takenApart(row.cell);
    if (apart === null) return [];
    const height = Math.max(BAR_PX + LINE_PX, LINE_PX * row.lines.length);
    const placed = { row, apart, top, height };
    top += height + ROW_GAP;
    return [placed];
  });
}

/** From zero: parts are lengths. */
export function timeScale(
  turns: readonly Pick<TakenApart, "parts" | "range">[],
  range: readonly [number, number],
): Scale {
  const ends = turns.flatMap(({ parts, range: [, slowest] }) => [slowest, sum(parts)]);
  return scaleOf(ends, range, { zero: true, logFrom: Infinity });
}

const sum = (parts: readonly TurnPart[]) => parts.reduce((total, part) => total + part.ms, 0);

/** Parts one after the other, from the beginning of the turn. */
export function bars(
  parts: readonly TurnPart[],
  scale: Scale,
): (TurnPart & { x: number; width: number })[] {
  let from = 0;
  return parts.map((part) => {
    const x = scale.at(from);
    from += part.ms;
    return { ...part, x, width: scale.at(from) - x };
  });
}

function turn({ row, apart, top }: Placed, scale: Scale): Node {
  const drawn = bars(apart.parts, scale);
  const [fastest, slowest] = apart.range.map((value) => scale.at(value));
  const middle = top + BAR_PX / 2;
  const end = Math.max(
    scale.at(apart.turnMs),
    slowest ?? 0,
    ...drawn.map(({ x, width }) => x + width),
  );
  return html`<g>
    ${rowName(row, 0, top, BAR_PX)}
    ${drawn.map(
      ({
        x,
        width,
        className,
        label,
        ms: each,
      }) => html`<rect class=${`turn-part ${className}`} x=${px(x)} y=${px(top)}
        width=${px(Math.max(0.3, width))} height=${BAR_PX}><title>${`${label}: ${ms(each)}`}</title></rect>`,
    )}
    ${drawn.map(({ x, width, ms: each }) => {
      const text = ms(each);
      return (
        textWidth(text) < width &&
        html`<text class="tick" x=${px(x + 1)} y=${px(top + BAR_PX + 12)}>${text}</text>`
      );
    })}
    <path class="range" d=${`${levels([middle], fastest ?? 0, slowest ?? 0)}${uprights([fastest ?? 0, slowest ?? 0], middle - 3, middle + 3)}`} />
    <path class="mark" d=${uprights([scale.at(apart.turnMs)], top - 2, top + BAR_PX + 2)} />
    <text x=${px(end + 7)} y=${px(middle + 4)}>${ms(apart.turnMs)}</text>
  </g>`;
}

function summaryOf(placed: readonly Placed[]): string {
  const longest = placed.reduce((most, each) =>
    each.apart.turnMs > most.apart.turnMs ? each : most,
  );
  const { row, apart } = longest;
  const total = sum(apart.parts);
  const telling = [...apart.parts]
    .sort((a, b) => b.ms - a.ms)
    .filter(({ ms: each }) => each >= TELLING * total);
  const named = telling.map(
    ({ label, ms: each }) => `${label} ${ms(each)} (${percent(each / total)})`,
  );
  const of =
    placed.length === 1
      ? `Of the ${ms(apart.turnMs)} of a turn`
      : `The longest, ${ms(apart.turnMs)} (${row.short})`;
  const absent = placed.every(({ apart }) => !apart.real)
    ? " OpenClaw and its tools were not run: this tool sends the requests of these turns itself (--turn real runs them)."
    : "";
  return `Medians over the rounds. ${of}: ${list(named)}.${absent}`;
}
