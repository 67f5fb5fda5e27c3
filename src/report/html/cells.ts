/** Every cell: one row each to compare them, and below it all that is known of each. */
import { nameOfLoad } from "../../plan/load.ts";
import { name, shownCombination } from "../../plan/matrix.ts";
import type { ResultCell } from "../../result.ts";
import { bytes, count, ms } from "../format.ts";
import { loadText } from "../load.ts";
import { METRIC_HEAD, metricRows } from "../metric-rows.ts";
import type { ReportedRun } from "../reported.ts";
import { median } from "../summary.ts";
import { chartsOfCell } from "./charts/index.ts";
import { combinationLines } from "./combination.ts";
import { controls } from "./controls.ts";
import { html, type Node } from "./h.ts";
import { outcomeBadge } from "./outcome.ts";
import { facts, table } from "./parts.ts";
import { SHOWN } from "./shown.ts";

export function cellsOf(run: ReportedRun, id: string, idOf: (cell: ResultCell) => string): Node {
  const { cells, variants } = run.result;
  const several = {
    variants: variants.length > 1,
    loads: cells.some((cell) => nameOfLoad(cell.load) !== ""),
  };
  return html`<div data-filterable>
    ${controls({ id, label: run.name === "" ? "Cells" : `Cells of ${run.name}`, cells, sort: true })}
    ${overview(cells, several, idOf)}
    <p class="cell-tools" hidden data-scripted>
      <button type="button" data-open="all">Open all</button>
      <button type="button" data-open="none">Close all</button>
    </p>
    <div data-list>
      ${cells.map((cell, index) => details(run, cell, index, idOf(cell), several))}
    </div>
  </div>`;
}

interface Several {
  variants: boolean;
  loads: boolean;
}

/** For filter and sort: by what, as attributes. */
function sortKeys(cell: ResultCell, index: number): Record<string, string> {
  const figures = SHOWN.map(({ id, of }) => [`data-${id}`, of(cell)] as const);
  return {
    "data-row": "",
    "data-order": String(index),
    "data-outcome": cell.outcome.kind,
    "data-scenario": cell.scenario,
    "data-variant": cell.variant,
    "data-combination": name(shownCombination(cell)),
    ...(cell.tokens.prompt === null ? {} : { "data-prompt": String(cell.tokens.prompt) }),
    ...Object.fromEntries(
      figures.flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
    ),
  };
}

function overview(
  cells: readonly ResultCell[],
  several: Several,
  idOf: (cell: ResultCell) => string,
) {
  return html`<div class="scroll" role="group" aria-label="All cells">
    <table class="cells">
      <caption class="unseen">All cells, medians</caption>
      <thead><tr>
        <th scope="col" data-sort="scenario">Scenario</th>
        <th scope="col" data-sort="outcome">Outcome</th>
        ${several.variants && html`<th scope="col" data-sort="variant">Variant</th>`}
        <th scope="col" data-sort="combination">Combination</th>
        ${several.loads && html`<th scope="col">Load</th>`}
        <th scope="col" class="figure" data-sort="prompt">Prompt tokens</th>
        ${SHOWN.map(({ id, column }) => html`<th scope="col" class="figure" data-sort=${id}>${column.title}</th>`)}
      </tr></thead>
      <tbody data-list>${cells.map(
        (cell, index) => html`<tr ...${sortKeys(cell, index)}>
          <th scope="row"><a href=${`#${idOf(cell)}`}>${cell.scenario}</a></th>
          <td>${outcomeBadge(cell)}</td>
          ${several.variants && html`<td>${cell.variant}</td>`}
          <td>${combinationLines(shownCombination(cell))}</td>
          ${several.loads && html`<td>${loadText(cell)}</td>`}
          <td class="figure">${count(cell.tokens.prompt)}</td>
          ${SHOWN.map(({ of, column }) => html`<td class="figure">${column.show(of(cell))}</td>`)}
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

function details(run: ReportedRun, cell: ResultCell, index: number, id: string, several: Several) {
  const { outcome } = cell;
  const turn = median(cell, "turnMs");
  const rows = metricRows(cell);
  return html`<details class="cell" id=${id} ...${sortKeys(cell, index)}>
    <summary>
      ${turn !== null && html`<span class="turn">${ms(turn)}</span>`}${outcomeBadge(cell)} <strong>${cell.scenario}</strong>
      ${several.variants && html` <span class="tag">${cell.variant}</span>`}
      ${several.loads && html` <span class="tag">${loadText(cell)}</span>`}
      ${" "}<span class="which">${name(shownCombination(cell)).replaceAll(",", ", ")}</span>
    </summary>
    <div class="inside">
      <p>${outcome.meaning}</p>
      ${outcome.evidence !== null && html`<blockquote class="evidence">${outcome.evidence}</blockquote>`}
      ${outcome.remedy !== null && html`<p class="remedy"><strong>What mends it:</strong> ${outcome.remedy}</p>`}
      ${facts(factsOf(cell))}
      ${
        rows.length > 0 &&
        table({ caption: `Metrics of ${cell.id}`, head: METRIC_HEAD, rows, figuresFrom: 1 })
      }
      ${chartsOfCell(run, cell.id)}
    </div>
  </details>`;
}

function factsOf(cell: ResultCell): { what: string; value: Node }[] {
  const { tokens, outcome, peakMemory } = cell;
  const { ok, failed } = outcome.attempts;
  const from = (source: string | null) =>
    source === null ? "" : ` (from ${SOURCES[source] ?? source})`;
  const failures = outcome.failures.map(({ kind, count: n }) => `${n}× ${kind}`).join(", ");
  const rows: [string, Node | null][] = [
    ["Cell", html`<code>${cell.id}</code>`],
    ["Attempts", `${ok} good, ${failed} failed${failures === "" ? "" : `: ${failures}`}`],
    [
      "Prompt",
      tokens.prompt === null ? null : `${count(tokens.prompt)} tokens${from(tokens.promptSource)}`,
    ],
    [
      "Reply",
      tokens.output === null ? null : `${count(tokens.output)} tokens${from(tokens.outputSource)}`,
    ],
    ["Largest request", cell.requestBytes === null ? null : bytes(cell.requestBytes)],
    ["Peak memory", peakMemory === null ? null : `${bytes(peakMemory.bytes)} (${peakMemory.kind})`],
    ["Peak GPU memory", cell.peakVramBytes === null ? null : bytes(cell.peakVramBytes)],
    ["Size", cell.scale === 1 ? null : `×${Number(cell.scale.toFixed(3))} of OpenClaw’s`],
    ["Turn", cell.turn === undefined ? null : `${cell.turn}, by OpenClaw`],
    [
      "Without the client",
      cell.replayed === undefined
        ? null
        : html`${cell.replayed.kind}${cell.replayed.evidence !== null && `: ${cell.replayed.evidence}`}`,
    ],
  ];
  return rows.flatMap(([what, value]) => (value === null ? [] : [{ what, value }]));
}

/** In words; docs/metrics.md tells what each means. */
const SOURCES: Record<string, string> = {
  usage: "the reply’s usage",
  timings: "the reply’s timings",
  "engine-log": "the engine’s log",
  replay: "a plain replay",
  calibrated: "chunks, calibrated",
  limit: "the limit that was asked for",
  chunks: "chunks counted",
};
