/**
 * Markup as a tagged template: every text and every attribute that is put in is escaped by the
 * library, so that nothing from outside can become markup.
 */
import { html as template } from "htm/preact";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";

export type Node = VNode | string | number | null | undefined | false | Node[];

/** An element; the components of the page are functions that return one. */
export const html = template as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

export function toMarkup(node: VNode): string {
  return renderToString(node);
}
