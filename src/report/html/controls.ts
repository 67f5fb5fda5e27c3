/** What filters and sorts the cells; without a script it stays hidden. */
import type { ResultCell } from "../../result.ts";
import { html } from "./h.ts";
import { SHOWN } from "./shown.ts";

export interface ControlsProps {
  id: string;
  /** Read aloud; unique in the page. */
  label: string;
  cells: readonly ResultCell[];
  /** A choice to sort by, beside the heads of the columns. */
  sort: boolean;
}

export function controls({ id, label, cells, sort }: ControlsProps) {
  const of = (key: (cell: ResultCell) => string) => [...new Set(cells.map(key))];
  const variants = of(({ variant }) => variant);
  return html`<div class="controls" role="search" aria-label=${label} hidden data-scripted>
    <label class="grow">Search <input type="search" data-filter="text" autocomplete="off" spellcheck=${false} placeholder="flag, scenario, words…" /></label>
    ${choice(
      "Outcome",
      "outcome",
      of(({ outcome }) => outcome.kind),
    )}
    ${choice(
      "Scenario",
      "scenario",
      of(({ scenario }) => scenario),
    )}
    ${variants.length > 1 && choice("Variant", "variant", variants)}
    ${sort && sortChoice()}
    <output class="count" id=${`${id}-count`} role="status"></output>
  </div>`;
}

function choice(label: string, key: string, values: readonly string[]) {
  return html`<label>${label} <select data-filter=${key}>
    <option value="">all</option>
    ${key === "outcome" && values.length > 1 && html`<option value="!pass">all but pass</option>`}
    ${values.map((value) => html`<option value=${value}>${value}</option>`)}
  </select></label>`;
}

function sortChoice() {
  return html`<label>Sort by <select data-sort-by>
    <option value="order">order of the run</option>
    <option value="outcome">outcome</option>
    <option value="scenario">scenario</option>
    <option value="prompt">prompt tokens</option>
    ${SHOWN.map(({ id, title }) => html`<option value=${id}>${title}</option>`)}
  </select></label>`;
}
