/** Combinations by scenarios of one run. */
import { recommendedCombination } from "../../analyze/recommended-cells.ts";
import { name } from "../../plan/matrix.ts";
import type { Result, ResultCell } from "../../result.ts";
import { list } from "../format.ts";
import { headOnly } from "../head-only.ts";
import { cellAt, combinationsOf, scenariosOf, scenariosWithTwins } from "../summary.ts";
import { combinationLines } from "./combination.ts";
import { html, type Node } from "./h.ts";
import { type HeatCell, type HeatTable, heatMap } from "./heat.ts";

/** @param hrefOf where a cell's details are */
export function matrixOf(whole: Result, id: string, hrefOf: (cell: ResultCell) => string): Node {
  const result = headOnly(whole);
  const scenarios = scenariosOf(result);
  const crossed = scenarios.filter(({ plain }) => !plain);
  const plain = scenarios.filter((scenario) => scenario.plain);
  const chosen = recommendedCombination(result);
  const recommended = chosen === null ? null : name(chosen);
  const at = (cell: ResultCell | undefined): HeatCell => ({
    cell,
    href: cell === undefined ? null : hrefOf(cell),
    missing: "–",
  });
  const title = (each: (typeof scenarios)[number]) => (each.scale === 1 ? each.name : scaled(each));
  const of = whole.comparison === null ? "" : " of head";
  const tables: HeatTable[] = [
    {
      caption: `Outcome and figures${of}, combinations by scenarios`,
      corner: "Combination",
      columns: crossed.map((each) => ({ title: title(each) })),
      along: "column",
      rows: combinationsOf(result).map((compat) => ({
        title: html`${combinationLines(compat)}${
          name(compat) === recommended && html`<span class="chosen">★ recommended</span>`
        }`,
        marked: name(compat) === recommended,
        cells: crossed.map((scenario) => at(cellAt(result, scenario.name, compat))),
      })),
    },
    {
      caption: `Scenarios without combinations${of}`,
      corner: "Scenario without combinations",
      columns: [{ title: "Outcome" }],
      along: "row",
      rows: plain.map((scenario) => ({
        title: title(scenario),
        marked: false,
        cells: [at(result.cells.find((cell) => cell.scenario === scenario.name))],
      })),
    },
  ];
  const shown = tables.filter(({ rows, columns }) => rows.length > 0 && columns.length > 0);
  return html`${heatMap({ id, tables: shown })}${twins(result)}`;
}

function scaled({ name, scale }: { name: string; scale: number }) {
  return html`${name} <small class="muted-text">×${Number(scale.toFixed(3))}</small>`;
}

function twins(result: Result): Node {
  const scenarios = scenariosWithTwins(result);
  if (scenarios.length === 0) return null;
  return html`<p class="muted-text">Some combinations send the same bytes in ${list(scenarios)}; what differs between those is noise.</p>`;
}
