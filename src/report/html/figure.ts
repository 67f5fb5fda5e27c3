/** A chart with what makes it readable: a heading, a sentence, a legend, and its numbers as a table. */
import { html, type Node } from "./h.ts";

export interface FigureProps {
  /** Unique in the page. */
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
  const { id, title, summary, legend = [], width, height, children, table } = props;
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
    <div class="scroll">
      <svg role="img" aria-labelledby=${labelled} aria-describedby=${described}
        viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height}>${children}</svg>
    </div>
    ${table !== undefined && numbers(table)}
  </figure>`;
}

function numbers({ header, rows }: NonNullable<FigureProps["table"]>) {
  return html`<details class="numbers"><summary>The numbers</summary>
    <div class="scroll"><table>
      <thead><tr>${header.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((text) => html`<td>${text}</td>`)}</tr>`)}</tbody>
    </table></div>
  </details>`;
}
