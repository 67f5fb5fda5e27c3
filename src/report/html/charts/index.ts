/** The charts of a run and of a cell; a page without them is whole too. */
import type { ReportedRun } from "../../reported.ts";
import type { Node } from "../h.ts";

export function chartsOfRun(_run: ReportedRun): Node {
  return null;
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
