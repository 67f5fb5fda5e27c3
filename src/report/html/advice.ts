/** What to set, what fails and what mends it, and what bears on trust. */
import type { Result } from "../../result.ts";
import { bytes, count, UNKNOWN } from "../format.ts";
import { failureFacts } from "../markdown-failures.ts";
import { settingsLines } from "../markdown-parts.ts";
import { introduction, isChosen, rungText } from "../remedies.ts";
import { failuresOf } from "../summary.ts";
import { html, type Node } from "./h.ts";
import { badge, icon } from "./outcome.ts";
import { block, folded, table } from "./parts.ts";

export function settingsOf(result: Result, id: string): Node {
  const { recommendation: advice } = result;
  if (advice === null) return null;
  return html`
    <p>${advice.because}</p>
    ${
      advice.settings.length > 0 &&
      table({
        caption: "Why each setting, and what it costs",
        head: ["Setting", "Why", "What it costs"],
        rows: advice.settings.map(({ path, value, because, cost }) => [
          html`<code>${`${path} = ${JSON.stringify(value)}`}</code>`,
          because,
          cost,
        ]),
      })
    }
    ${block(`${id}-lines`, settingsLines(result), "the settings")}
    ${folded(
      "The whole entry, ready to merge (openclaw.json5)",
      block(`${id}-config`, advice.openclawConfig.trimEnd(), "the whole entry"),
    )}
  `;
}

/** Each distinct failure once: the server's words, what they mean, what mends it. */
export function failuresIn(
  result: Result,
  hrefOf: (cell: Result["cells"][number]) => string,
): Node {
  return failuresOf(result).map((failure) => {
    const sizes = failureFacts(failure);
    return html`<article class="failure">
      <h4>${badge("bad", failure.kind)}</h4>
      <p>${failure.meaning}${sizes.length > 0 && ` (${sizes.join(", ")})`}</p>
      ${failure.evidence !== null && html`<blockquote class="evidence">${failure.evidence}</blockquote>`}
      ${failure.remedy !== null && html`<p class="remedy"><strong>What mends it:</strong> ${failure.remedy}</p>`}
      <ul class="where" aria-label="Where">${failure.cells.map(
        (cell) => html`<li><a href=${hrefOf(cell)}><code>${cell.id}</code></a></li>`,
      )}</ul>
    </article>`;
  });
}

export function warningsOf({ warnings }: Result): Node {
  return html`<ul class="warnings">${warnings.map(
    ({ text }) => html`<li>${icon("warn")}<span>${text}</span></li>`,
  )}</ul>`;
}

/** Each combination of rungs with its size and what came of it. */
export function laddersOf(result: Result): Node {
  const ladders = result.ladder ?? [];
  return ladders.map((ladder) => {
    const of = ladders.length > 1 ? ` of ${ladder.variant}` : "";
    return html`
      <p>${introduction(ladder)}</p>
      ${table({
        caption: `The ladder of remedies${of}`,
        quiet: ladders.length === 1,
        head: ["In force", "What came of it", "Prompt", "Tokens"],
        figuresFrom: 2,
        rows: ladder.tried.map((tried) => [
          html`${tried.titles.length === 0 ? "as configured" : tried.titles.join(", ")}${
            isChosen(ladder, tried) && html` <span class="chosen">★ chosen</span>`
          }`,
          rungText(tried),
          bytes(tried.requestBytes),
          tried.promptTokens === null ? UNKNOWN : `≈ ${count(tried.promptTokens)}`,
        ]),
      })}
    `;
  });
}
