/** A chart with what makes it readable: a heading, a sentence, a legend, and its numbers as a table. */
import { createContext } from "preact";
import { html, type Node } from "./h.ts";

/** What ids begin with: a page with several runs has every figure more than once. */
export const IdPrefix = createContext("");

export interface FigureProps {
  /** Unique in its run. */
  id: string;
  title: string;
  /** What is to be seen, in a sentence with the figures that matter: shown, and read aloud. */
  summary: string;
  /** By class: the colours are the stylesheet's. */
  legend?: { label: string; className: string }[];
  width: number;
  height: number;
  /** What stands in the `<svg>`; colours by class alone, no inline style. */
  children: Node;
  /** The same numbers for those who can't see the drawing; folded. */
  table?: { header: string[]; rows: string[][] };
}

export function figure(props: FigureProps) {
  return html`<${IdPrefix.Consumer}>${(prefix: string) => drawn({ ...props, id: prefix + props.id })}</>`;
}

function drawn({ id, title, summary, legend = [], width, height, children, table }: FigureProps) {
  const labelled = `${id}-title`;
  const described = `${id}-summary`;
  return html`<figure class="chart" id=${id}>
    <figcaption>
      <h4 id=${labelled}>${title}</h4>
      <p id=${described}>${summary}</p>
      ${
        legend.length > 0 &&
        html`<ul class="legend">
          ${legend.map(({ label, className }) => html`<li class=${className}>${label}</li>`)}
        </ul>`
      }
    </figcaption>
    <div class="scroll" role="group" aria-label=${`Chart: ${title}`}>
      <svg role="img" aria-labelledby=${labelled} aria-describedby=${described}
        viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height}>${children}</svg>
    </div>
    ${table !== undefined && numbers(title, table)}
  </figure>`;
}

function numbers(title: string, { header, rows }: NonNullable<FigureProps["table"]>) {
  return html`<details class="numbers"><summary>The numbers</summary>
    <div class="scroll" role="group" aria-label=${`Numbers of ${title}`}><table>
      <caption class="unseen">${title}</caption>
      <thead><tr>${header.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((text) => html`<td>${text}</td>`)}</tr>`)}</tbody>
    </table></div>
  </details>`;
}
