/** Several runs side by side: what each says, and every cell of theirs in one heat map. */
import { nameOfLoad } from "../../plan/load.ts";
import { name, shownCombination } from "../../plan/matrix.ts";
import type { Result, ResultCell } from "../../result.ts";
import { headOnly } from "../head-only.ts";
import { deviceLine, machineLine } from "../machine.ts";
import type { MissingRun, ReportedRun } from "../reported.ts";
import { combinationLines } from "./combination.ts";
import { controls } from "./controls.ts";
import { html, type Node } from "./h.ts";
import { headlineOf } from "./headline.ts";
import { heatMap } from "./heat.ts";
import { badge, icon } from "./outcome.ts";
import { table } from "./parts.ts";
import { cellId } from "./run.ts";
import { SHOWN } from "./shown.ts";

export interface Numbered {
  run: ReportedRun;
  /** Of its ids. */
  prefix: string;
  title: string;
}

/** Each run with its verdict, and who did not report. */
export function runsTable(runs: readonly Numbered[], missing: readonly MissingRun[]): Node {
  return table({
    caption: "The runs",
    stacks: true,
    head: ["Run", "Result", "Model", "Device", "Machine"],
    rows: [
      ...runs.map(({ run, prefix, title }) => {
        const { tone, sentence } = headlineOf(run.result);
        return [
          html`<a href=${`#${prefix}run`}>${title}</a>`,
          html`<span class="said">${icon(tone)}<span>${sentence}</span></span>`,
          modelsOf(run.result),
          deviceOf(run.result),
          machineLine(run.result.environment),
        ];
      }),
      ...missing.map(({ name, why }) => [
        name,
        html`<span class="said">${badge("bad", "no result")}<span>${why}</span></span>`,
        "–",
        "–",
        "–",
      ]),
    ],
  });
}

/** Rows are scenarios with a combination, columns are runs. */
export function besideMatrix(runs: readonly Numbered[]): Node {
  const cells = runs.map(({ run }) =>
    headOnly(run.result).cells.filter(({ rung }) => rung === undefined),
  );
  const keys = new Map<string, Parts>();
  for (const cell of cells.flat()) keys.set(keyOf(cell), partsOf(cell));
  return html`<div data-filterable>
    ${controls({ id: "beside", label: "Cells of all runs", cells: cells.flat(), sort: false })}
    ${heatMap({
      id: "beside",
      tables: [
        {
          caption: "Outcome and figures, scenarios and combinations by runs",
          corner: "Scenario and combination",
          along: "row",
          columns: runs.map(({ run, prefix, title }) => ({
            title: html`${title}<small class="under">${deviceOf(run.result)}</small>`,
            sort: `${prefix}*`,
          })),
          rows: [...keys].map(([key, parts], order) => {
            const found = cells.map((each) => each.find((cell) => keyOf(cell) === key));
            return {
              title: rowTitle(parts),
              marked: false,
              data: rowKeys(runs, found, parts.scenario, order),
              cells: runs.map(({ run, prefix }, index) => {
                const cell = found[index];
                const href = cell === undefined ? null : `#${cellId(run, prefix)(cell)}`;
                return { cell, href, missing: "not asked" };
              }),
            };
          }),
        },
      ],
    })}
  </div>`;
}

type Parts = ReturnType<typeof partsOf>;

function rowTitle({ scenario, compat, load, size }: Parts): Node {
  const small = [size, load].filter((part) => part !== "").join(" ");
  return html`<strong>${scenario}</strong> <small class="muted-text">${small}</small>${combinationLines(compat)}`;
}

/** For filter and sort. */
function rowKeys(
  runs: readonly Numbered[],
  cells: readonly (ResultCell | undefined)[],
  scenario: string,
  order: number,
): Record<string, string> {
  const outcomes = cells.flatMap((cell) => (cell === undefined ? [] : [cell.outcome.kind]));
  const figures = cells.flatMap((cell, index) =>
    SHOWN.flatMap(({ id, of }) => {
      const value = of(cell);
      return value === null ? [] : [[`data-${runs[index]?.prefix}${id}`, String(value)]];
    }),
  );
  return {
    "data-order": String(order),
    "data-outcome": [...new Set(outcomes)].join(" "),
    "data-scenario": scenario,
    ...Object.fromEntries(figures),
  };
}

function partsOf(cell: ResultCell) {
  return {
    scenario: cell.scenario,
    compat: shownCombination(cell),
    load: nameOfLoad(cell.load),
    // Another size is another question.
    size: cell.scale === 1 ? "" : `×${Number(cell.scale.toFixed(3))}`,
  };
}

function keyOf(cell: ResultCell): string {
  const { scenario, compat, load, size } = partsOf(cell);
  return JSON.stringify([scenario, name(compat), load, size]);
}

function modelsOf({ variants }: Result): string {
  return [...new Set(variants.map(({ model }) => model.servedId ?? model.id))].join(", ");
}

function deviceOf({ variants, simulated }: Result): string {
  if (simulated) return "simulated";
  const seen = variants.map(({ server }) => server.deviceSeen ?? deviceLine(server) ?? "–");
  return [...new Set(seen)].join(", ");
}
