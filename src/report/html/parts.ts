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
  /** On a phone each row becomes a list of its columns, none of them off the screen. */
  stacks?: boolean;
}

/** A table that scrolls by itself where it is wider than the page. */
export function table(props: TableProps) {
  const { caption, quiet = true, head, rows, figuresFrom = 99, stacks = false } = props;
  const align = (index: number) => (index >= figuresFrom ? "figure" : undefined);
  // Some browsers take a table that is laid out as a list for none.
  const role = (name: string) => (stacks ? name : undefined);
  const label = (index: number) => {
    const text = head[index];
    return stacks && typeof text === "string" ? text : undefined;
  };
  return html`<div class="scroll" role="group" aria-label=${caption}>
    <table class=${stacks ? "stacks" : undefined} role=${role("table")}>
      <caption class=${quiet ? "unseen" : undefined}>${caption}</caption>
      <thead role=${role("rowgroup")}><tr role=${role("row")}>${head.map(
        (text, i) =>
          html`<th scope="col" role=${role("columnheader")} class=${align(i)}>${text}</th>`,
      )}</tr></thead>
      <tbody role=${role("rowgroup")}>${rows.map(
        (row) =>
          html`<tr role=${role("row")}>${row.map((text, i) =>
            i === 0
              ? html`<th scope="row" role=${role("rowheader")}>${text}</th>`
              : html`<td role=${role("cell")} class=${align(i)} data-label=${label(i)}>${text}</td>`,
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
