/** What a prompt takes by its length: measured rungs, the curve, and the limits that it meets. Pure. */
import { LIMITED_BY } from "../../../analyze/fit/words.ts";
import type { VariantFit } from "../../../result.ts";
import { plain } from "../../escape.ts";
import { count, plural } from "../../format.ts";
import type { ReportedRun } from "../../reported.ts";
import { figure } from "../figure.ts";
import { html, type Node } from "../h.ts";
import { ticksOf, xAxis, yAxis } from "./axis.ts";
import { type CurveData, memoryCurve, timeCurve } from "./curves.ts";
import { idOf, runId } from "./ids.ts";
import {
  curveOf,
  fitted,
  forbidden,
  limits,
  measuredMarks,
  turnLabels,
} from "./prompt-length-marks.ts";
import { type CurveScales, curveScales, isForetold, LEFT, RIGHT } from "./prompt-length-scales.ts";
import { levels, px } from "./px.ts";
import { LINE_PX } from "./text.ts";

const WIDTH = 700;
const HEIGHT = 230;

/** Both charts of a variant; null where no ladder was asked, or nothing came of it. */
export function promptLength(run: ReportedRun, fit: VariantFit): Node {
  const several = (run.result.fit ?? []).length > 1;
  const { cells } = run.result;
  const made = [memoryCurve(fit, cells), timeCurve(fit, cells)].flatMap((data) =>
    data === null ? [] : [chart(run, fit, data, several)],
  );
  return made.length === 0 ? null : made;
}

const TITLES = { memory: "Memory by prompt length", time: "Time to first token by prompt length" };

function chart(run: ReportedRun, fit: VariantFit, data: CurveData, several: boolean): Node {
  const labels = turnLabels(data, curveScales(data, 0, 1).x);
  const top = 8 + LINE_PX * labels.rows;
  const bottom = top + HEIGHT;
  const scales = curveScales(data, top, bottom);
  const points = curveOf(data, scales);
  const title = several ? `${TITLES[data.kind]}: ${plain(fit.variant)}` : TITLES[data.kind];
  const { x, y } = scales;
  return figure({
    id: idOf(runId(run), data.kind, fit.variant),
    title,
    summary: summaryOf(fit, data, scales),
    legend: [
      { label: "measured on the ladder", className: "series-1 round" },
      ...(points.length > 0
        ? [{ label: "fitted, with its 90% interval", className: "series-1" }]
        : []),
      ...(data.failed.length > 0 || data.turns.some(({ failed }) => failed)
        ? [{ label: "not answered", className: "crosses" }]
        : []),
      ...(data.turns.some((turn) => turn.measured !== null && !turn.failed)
        ? [{ label: "turns of this run", className: "series-2" }]
        : []),
      ...(data.turns.some((turn) => isForetold(turn) && turn.foretold !== null)
        ? [{ label: "turns as foretold", className: "hole series-2" }]
        : []),
      ...(data.longest === null ? [] : [{ label: "doesn't fit", className: "forbidden" }]),
    ],
    width: WIDTH,
    height: bottom + 38,
    children: html`
      ${forbidden(data, scales)}
      ${xAxis(ticksOf(x, count, "x"), { top, bottom })}
      ${yAxis(ticksOf(y, data.format, "y"), { left: LEFT, right: RIGHT })}
      <path class="axis" d=${levels([bottom], LEFT, RIGHT)} />
      <text class="muted end" x=${RIGHT} y=${px(bottom + 34)}>prompt tokens</text>
      ${labels.drawn(top, bottom)}
      ${fitted(points, scales)}
      ${limits(data, scales)}
      ${measuredMarks(data, scales)}`,
    table: tableOf(data),
  });
}

function summaryOf(fit: VariantFit, data: CurveData, { x, y }: CurveScales): string {
  const { measured, limit, window, kind, format } = data;
  const first = measured.reduce((least, each) => (each.tokens < least.tokens ? each : least));
  const last = measured.reduce((most, each) => (each.tokens > most.tokens ? each : most));
  const span =
    measured.length === 1
      ? `One prompt of ${count(first.tokens)} tokens: ${format(first.value)}.`
      : `From ${format(first.value)} at ${count(first.tokens)} tokens to ${format(last.value)} at ${count(last.tokens)}, by ${plural(measured.length, "prompt")}.`;
  const longest =
    data.longest === null
      ? ""
      : ` Up to about ${count(data.longest.tokens)} tokens fit, limited ${LIMITED_BY[data.longest.limitedBy]}.`;
  const far = [
    limit !== null && limit.value > y.domain[1] ? limit.label : null,
    window !== null && window > x.domain[1] ? `window: ${count(window)} tokens` : null,
  ].filter((text) => text !== null);
  const beyond = far.length === 0 ? "" : ` Beyond this chart: ${far.join("; ")}.`;
  const simulated =
    kind === "memory" && fit.memory?.kind === "simulated"
      ? " Simulated: no memory was really used."
      : "";
  return `${span}${longest}${beyond}${simulated}`;
}

function tableOf({ measured, failed, turns, format }: CurveData) {
  const told = (of: { value: number; low: number; high: number } | null) =>
    of === null ? "–" : `${format(of.value)} (${format(of.low)} to ${format(of.high)})`;
  return {
    header: ["prompt", "tokens", "measured", "foretold (90% interval)"],
    rows: [
      ...measured.map(({ tokens, value }) => ["ladder", count(tokens), format(value), ""]),
      ...failed.map(({ tokens, value, outcome }) => [
        `ladder: ${outcome}`,
        count(tokens),
        value === null ? "–" : format(value),
        "",
      ]),
      ...turns.map(({ name, tokens, measured: seen, foretold, failed: broke }) => [
        name,
        count(tokens),
        seen === null ? "–" : `${format(seen)}${broke ? " when it failed" : ""}`,
        told(foretold),
      ]),
    ],
  };
}
