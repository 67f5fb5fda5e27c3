/** What was measured beside the matrix: what fits, real turns, load, cold starts, history. */

import type { HistoryReport } from "../../analyze/history/report.ts";
import { name, shownCombination } from "../../plan/matrix.ts";
import type { Result } from "../../result.ts";
import { fitNote, nothing, POINT_HEAD, pointRows, turnRows } from "../fit.ts";
import { ms } from "../format.ts";
import { expectedText, figure, SIGNS, trendOf, trendText } from "../history.ts";
import { LOAD_HEAD, loadFigures, loadText, underLoad } from "../load.ts";
import { cacheLine, coldLine } from "../summary.ts";
import { TURN_HEAD, turnFigures } from "../turns.ts";
import { html, type Node } from "./h.ts";
import { badge, icon, type Tone } from "./outcome.ts";
import { folded, paragraphs, table } from "./parts.ts";

export function fitsOf(result: Result): Node {
  const fits = result.fit ?? [];
  return fits.map((fit) => {
    const of = fits.length > 1 ? ` (${fit.variant})` : "";
    const { head, rows } = turnRows(fit);
    return html`
      ${paragraphs([`${of === "" ? "" : `${fit.variant}: `}${fit.sentence ?? nothing(fit)}`])}
      ${rows.length > 0 && table({ caption: `What each turn needs${of}`, head, rows: rows.map((row) => row.map(sign)), figuresFrom: 1, stacks: true })}
      ${
        fit.points.length > 0 &&
        folded(
          `Memory and time by prompt length${of}`,
          html`${table({ caption: `Prompts of the ladder${of}`, head: POINT_HEAD, rows: pointRows(fit), figuresFrom: 0 })}<p class="muted-text">${sign(fitNote(fit, result))}</p>`,
        )
      }
    `;
  });
}

const FITS: Record<string, [Tone, string]> = {
  "✅": ["ok", "fits"],
  "❌": ["bad", "doesn’t fit"],
  "❔": ["warn", "uncertain"],
};

/** Signs drawn as the others of the page are, and read aloud. */
function sign(text: string): Node {
  return text.split(/([✅❌❔])/u).map((part) => {
    const said = FITS[part];
    return said === undefined ? part : html`${icon(said[0])}<span class="unseen">${said[1]}</span>`;
  });
}

/** Real turns taken apart, and the same by the client's command line. */
export function turnsOf(result: Result): Node {
  const taken = result.cells.filter((cell) => cell.metrics.clientBeforeMs !== undefined);
  const confirmed = result.cells.flatMap((cell) =>
    (cell.confirmed ?? []).map((each) => ({ cell, ...each })),
  );
  return [
    taken.length > 0 &&
      html`<p>What OpenClaw’s user waits for, each part measured on its own; sums over the turn’s model calls.</p>
        ${table({
          caption: "Parts of a turn, medians",
          head: TURN_HEAD,
          rows: taken.map((cell) => [html`<code>${cell.id}</code>`, ...turnFigures(cell)]),
          figuresFrom: 1,
          stacks: true,
        })}`,
    confirmed.length > 0 &&
      html`<p>The same by OpenClaw’s command line, once for each combination: it loads anew each time.</p>
        ${table({
          caption: "Turns by the command line",
          head: ["cell", "command", "outcome", "took", "until its first request"],
          rows: confirmed.map(({ cell, driver, outcome, turnMs, clientBeforeMs }) => [
            html`<code>${cell.id}</code>`,
            html`<code>${driver === "infer" ? "openclaw infer model run" : "openclaw agent"}</code>`,
            badge(outcome.kind === "pass" ? "ok" : "bad", outcome.kind),
            ms(turnMs),
            ms(clientBeforeMs),
          ]),
          figuresFrom: 3,
        })}`,
  ].filter((part) => part !== false);
}

export function loadsOf(result: Result): Node {
  const groups = underLoad(result);
  if (groups.length === 0) return null;
  return [
    ...groups.map(({ cells }) => {
      const [first] = cells;
      const flags = first === undefined ? "" : name(shownCombination(first)).replaceAll(",", ", ");
      const title = `${first?.scenario ?? ""}${flags === "" ? "" : `: ${flags}`}`;
      return table({
        caption: title,
        quiet: false,
        head: LOAD_HEAD,
        rows: cells.map((cell) => [loadText(cell), ...loadFigures(cell)]),
        figuresFrom: 1,
      });
    }),
    html`<p class="muted-text">Medians. “at once”: each user sends the next turn when the last is answered. “/s”: turns come at random at this rate, and latencies count from when each was due. Queue: the time before the engine began on a request; – where it can’t be told from prefill.</p>`,
  ];
}

export function coldOf(result: Result): Node {
  const lines = [coldLine(result), cacheLine(result)].filter((line) => line !== null);
  return lines.length === 0 ? [] : paragraphs(lines);
}

export function historyOf(history: HistoryReport | null): Node {
  if (history === null) return null;
  const { comparison, kept } = history;
  if (comparison === null) return paragraphs(kept);
  const differences = comparison.changed?.differences ?? [];
  return html`
    ${paragraphs([comparison.words.join(" ")])}
    ${
      comparison.metrics.length > 0 &&
      table({
        caption: "This run beside earlier ones",
        stacks: true,
        head: ["Metric", "This run", "Expected", "Outside", "Trend"],
        rows: comparison.metrics.map((metric) => [
          metric.name,
          figure(metric.value, metric.unit),
          expectedText(metric),
          metric.outside === null ? "" : SIGNS[metric.outside],
          html`<span class="trend" aria-hidden="true">${trendText(trendOf(history, metric))}</span>`,
        ]),
      })
    }
    ${
      differences.length > 0 &&
      table({
        caption: "What differs from the run before",
        stacks: true,
        head: ["What differs", "Before", "Now"],
        rows: differences.map(({ what, before, now }) => [
          what,
          html`<code>${before}</code>`,
          html`<code>${now}</code>`,
        ]),
      })
    }
    <p class="muted-text">${comparison.key !== null && html`Key <code>${comparison.key}</code>. `}${kept.join(" ")}</p>
  `;
}
