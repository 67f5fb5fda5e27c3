/** The charts of a run and of a cell; a page without them is whole too. */
import type { ReportedRun } from "../../reported.ts";
import { html, type Node } from "../h.ts";
import { besideBase } from "./beside-base.ts";
import { distributions } from "./distributions.ts";
import { historyChart } from "./history.ts";
import { pairsOfStarts } from "./pairs.ts";
import { promptLength } from "./prompt-length.ts";
import { roundsOfCell } from "./rounds.ts";
import { scenariosIn } from "./rows.ts";
import { cellTimeline, turnTimeline } from "./turn-timeline.ts";

export { CHART_STYLE } from "./style.ts";

/** What concerns the run as a whole, a section for each question; null where there is nothing to draw. */
export function chartsOfRun(run: ReportedRun): Node {
  const { result } = run;
  const scenarios = scenariosIn(result);
  const metrics = result.comparison?.metrics ?? [];
  const pairs = (primary: boolean) =>
    metrics
      .filter((metric) => metric.primary === primary)
      .map((metric) => pairsOfStarts(run, metric));
  const sections = [
    section("Head beside base", null, [
      besideBase(run),
      pairs(true),
      folded("Pairs of the other figures", pairs(false)),
    ]),
    section(
      "Every sample",
      "A dot is one measured turn. Within a cell its starts lie one under the other, each with its rounds in order from top to bottom. The cells of a scenario share one scale.",
      scenarios.map((scenario) => distributions(run, scenario)),
    ),
    section(
      "Where the time goes",
      null,
      scenarios.map((scenario) => turnTimeline(run, scenario)),
    ),
    section(
      "Prompt length",
      null,
      (result.fit ?? []).map((fit) => promptLength(run, fit)),
    ),
    section("History", null, [historyChart(run)]),
  ].filter((each) => each !== null);
  return sections.length === 0 ? null : sections;
}

/** A cell's own: its samples in order, and the timeline of its turn. */
export function chartsOfCell(run: ReportedRun, cellId: string): Node {
  const cell = run.result.cells.find(({ id }) => id === cellId);
  if (cell === undefined) return null;
  const drawn = [roundsOfCell(run, cell), cellTimeline(run, cell)].filter((each) => each !== null);
  return drawn.length === 0 ? null : drawn;
}

function section(title: string, note: string | null, charts: Node[]): Node {
  if (isEmpty(charts)) return null;
  // Open where there is room: on a phone the script folds them, and what is asked for is opened.
  return html`<details class="charts" open data-roomy><summary><h3>${title}</h3></summary>${note !== null && html`<p>${note}</p>`}${charts}</details>`;
}

function folded(title: string, charts: Node[]): Node {
  if (isEmpty(charts)) return null;
  return html`<details><summary>${title}</summary>${charts}</details>`;
}

function isEmpty(node: Node): boolean {
  if (Array.isArray(node)) return node.every(isEmpty);
  return node === null || node === undefined || node === false;
}
