/** A combination of compat flags and settings, one flag to a line. */
import type { Compat } from "../../result.ts";
import { html, type Node } from "./h.ts";

export function combinationLines(compat: Compat): Node {
  const entries = Object.entries(compat);
  if (entries.length === 0) return html`<span class="muted-text">no flags</span>`;
  return html`<ul class="flags">${entries.map(
    ([flag, value]) =>
      html`<li><code>${flag}<wbr />=${Array.isArray(value) ? value.join("+") : String(value)}</code></li>`,
  )}</ul>`;
}
