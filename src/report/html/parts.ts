/** The small parts that every section of the page is made of. */
import type { Piece } from "../ran.ts";
import { html, type Node } from "./h.ts";

export interface TableProps {
  /** Read aloud, and shown above unless `quiet`. */
  caption: string;
  quiet?: boolean;
  head: Node[];
  rows: Node[][];
  /** Columns from this one on hold figures; none without. */
  figuresFrom?: number;
}

/** A table that scrolls by itself where it is wider than the page. */
export function table({ caption, quiet = true, head, rows, figuresFrom = 99 }: TableProps) {
  const align = (index: number) => (index >= figuresFrom ? "figure" : undefined);
  return html`<div class="scroll" role="group" aria-label=${caption}>
    <table>
      <caption class=${quiet ? "unseen" : undefined}>${caption}</caption>
      <thead><tr>${head.map((text, i) => html`<th scope="col" class=${align(i)}>${text}</th>`)}</tr></thead>
      <tbody>${rows.map(
        (row) =>
          html`<tr>${row.map((text, i) =>
            i === 0 ? html`<th scope="row">${text}</th>` : html`<td class=${align(i)}>${text}</td>`,
          )}</tr>`,
      )}</tbody>
    </table>
  </div>`;
}

/** Text with code in it. */
export function pieces(all: readonly Piece[]): Node {
  return all.map((piece) => (typeof piece === "string" ? piece : html`<code>${piece.code}</code>`));
}

/** Facts as a list of terms. */
export function facts(rows: readonly { what: string; value: Node }[]) {
  return html`<dl class="facts">${rows.map(
    ({ what, value }) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** A block of text in its own lines, with a button that copies it. */
export function block(id: string, text: string, label: string) {
  return html`<div class="block">
    <button type="button" class="copy" data-copy=${id} hidden>Copy<span class="unseen"> ${label}</span></button>
    <pre id=${id} class="scroll" role="group" aria-label=${label}><code>${text}</code></pre>
  </div>`;
}

export function folded(summary: Node, children: Node) {
  return html`<details class="folded"><summary>${summary}</summary><div class="inside">${children}</div></details>`;
}

export interface SectionProps {
  id: string;
  title: string;
  children: Node;
}

/** One section of a run; chapters alone are landmarks, or there would be too many to step through. */
export function section({ id, title, children }: SectionProps): Node {
  return html`<section id=${id}>
    <h3>${title}</h3>
    ${children}
  </section>`;
}

export function paragraphs(texts: readonly (string | null)[]): Node {
  return texts.map((text) => (text === null || text === "" ? null : html`<p>${text}</p>`));
}
