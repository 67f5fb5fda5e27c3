/**
 * Markup as a tagged template: every text and every attribute that is put in is escaped by the
 * library, so that nothing from outside can become markup.
 */
import { html as template } from "htm/preact";
import { isValidElement, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { visible } from "../escape.ts";

export type Node = VNode | string | number | null | undefined | false | Node[];

const markup = template as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

/**
 * An element; the components of the page are functions that return one. Texts lose control characters,
 * ANSI escapes and bidirectional overrides on their way in.
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode {
  return markup(strings, ...values.map(seen));
}

function seen(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) return value.map(seen);
  // Attributes that are put in together.
  if (isAttributes(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, seen(each)]));
  }
  return value;
}

function isAttributes(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !isValidElement(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}

export function toMarkup(node: VNode): string {
  return renderToString(node);
}
