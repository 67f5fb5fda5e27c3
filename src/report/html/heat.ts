/** A heat map: figures by shade and by number, outcomes by shape and word, one metric at a time. */
import { isAgent } from "../../analyze/recommend.ts";
import type { ResultCell } from "../../result.ts";
import { html, type Node } from "./h.ts";
import { outcomeBadge } from "./outcome.ts";
import { heatOf, SHOWN } from "./shown.ts";

export interface HeatProps {
  /** Unique in the page. */
  id: string;
  /** One below the other, shown by the same metric. */
  tables: HeatTable[];
}

export interface HeatTable {
  caption: string;
  corner: string;
  columns: { title: Node; sort?: string }[];
  rows: HeatRow[];
  /** Whether figures are compared down a column or along a row. */
  along: "column" | "row";
}

export interface HeatRow {
  title: Node;
  marked: boolean;
  cells: HeatCell[];
  /** For the filter. */
  data?: Record<string, string>;
}

export interface HeatCell {
  cell: ResultCell | undefined;
  /** Where its details are. */
  href: string | null;
  /** Said where there is no cell. */
  missing: string;
}

export function heatMap({ id, tables }: HeatProps) {
  const compared = tables.find(({ along, rows, columns }) =>
    along === "column" ? rows.length > 1 : columns.length > 1,
  );
  const apart = tables.some((table) =>
    groupsOf(table).some((cells) =>
      cells.some((one) => !cells.every((other) => areAlike(one, other))),
    ),
  );
  return html`<div class="heat" id=${id}>
    ${metricChoice(id)}
    ${tables.map(heatTable)}
    ${
      compared !== undefined &&
      html`<p class="key muted-text"><span>Shade: against the best of the ${compared.along}${apart && ", turns with tools and turns without each among themselves"}</span> ${KEY.map(
        (text, shade) => html`<span class=${`swatch heat-${shade}`}>${text}</span>`,
      )}</p>`
    }
  </div>`;
}

/** Of each column or row those that have a figure. */
function groupsOf({ along, rows, columns }: HeatTable): ResultCell[][] {
  const lists =
    along === "column"
      ? columns.map((_, index) => rows.map(({ cells }) => cells[index]?.cell))
      : rows.map(({ cells }) => cells.map(({ cell }) => cell));
  return lists.map(
    (cells) => cells.filter((cell) => cell?.outcome.kind === "pass") as ResultCell[],
  );
}

/**
 * Whether one may be called worse than the other. A turn without tools has a far shorter prompt: that it
 * is quicker says nothing against one that keeps them. Where both send the same bytes they are alike.
 */
function areAlike(a: ResultCell, b: ResultCell): boolean {
  const toolless = ({ compat }: ResultCell) => compat.supportsTools === false;
  return (
    toolless(a) === toolless(b) ||
    !isAgent(a) ||
    (a.requestDigest !== null && a.requestDigest === b.requestDigest)
  );
}

function heatTable({ caption, corner, columns, rows, along }: HeatTable) {
  const column = (index: number) => rows.map((row) => row.cells[index]?.cell);
  return html`<div class="scroll" role="group" aria-label=${caption}>
    <table>
      <caption class="unseen">${caption}</caption>
      <thead><tr>
        <th scope="col">${corner}</th>
        ${columns.map(({ title, sort }) => html`<th scope="col" data-sort=${sort}>${title}</th>`)}
      </tr></thead>
      <tbody data-list>${rows.map(
        ({ title, marked, cells, data = {} }) =>
          html`<tr class=${marked ? "marked" : undefined} data-row ...${data}>
            <th scope="row">${title}</th>
            ${cells.map((each, index) => {
              const among = along === "column" ? column(index) : cells.map(({ cell }) => cell);
              return html`<td>${content(each, among)}</td>`;
            })}
          </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

const KEY = ["to 1.05×", "to 1.2×", "to 1.5×", "to 2.5×", "more"];

/** Works without a script: the stylesheet shows what is chosen. */
function metricChoice(id: string) {
  return html`<fieldset class="choice">
    <legend>Show</legend>
    ${SHOWN.map(
      ({ id: metric, title }, index) =>
        html`<label><input type="radio" name=${`${id}-metric`} value=${metric} checked=${index === 0} /><span>${title}</span></label>`,
    )}
  </fieldset>`;
}

function content({ cell, href, missing }: HeatCell, among: readonly (ResultCell | undefined)[]) {
  if (cell === undefined) return html`<span class="muted-text">${missing}</span>`;
  const passed = cell.outcome.kind === "pass";
  const figures = SHOWN.map((metric) => {
    const value = metric.of(cell);
    if (!passed || value === null) {
      return passed && html`<span class=${`v v-${metric.id} unknown`}>–</span>`;
    }
    const values = among
      .filter((each) => each?.outcome.kind === "pass" && areAlike(cell, each))
      .map(metric.of);
    const { shade, text } = heatOf(metric, value, values);
    return html`<span class=${`v v-${metric.id} heat-${shade}`}><b>${metric.show(value)}</b> ${text !== "" && html`<small>${text}</small>`}</span>`;
  });
  const said = html`${outcomeBadge(cell)}`;
  return html`${href === null ? said : html`<a class="to-cell" href=${href}>${said}</a>`}${figures}`;
}
