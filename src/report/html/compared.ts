/** Base against head: what differs, what that made of the figures, what would decide it. */
import type { ComparedMetric, Comparison, Result } from "../../result.ts";
import {
  CHANGE_NOTE,
  changeText,
  INTERVAL_SURE,
  intervalText,
  isNoise,
  leftOutText,
  slowerBy,
  undecidedText,
  valueText,
  verdictSign,
  verdictWord,
  within,
} from "../comparison-change.ts";
import { logTails } from "../comparison-logs.ts";
import {
  hasFigures,
  pairsLine,
  SENSITIVITY_NOTE,
  sensitivityLines,
  successLines,
  thresholdsText,
} from "../comparison-parts.ts";
import { titles } from "../comparison-words.ts";
import { html, type Node } from "./h.ts";
import { badge, type Tone } from "./outcome.ts";
import { folded, paragraphs, table } from "./parts.ts";

export function comparisonOf(result: Result): Node {
  const { comparison, verdict } = result;
  if (comparison === null) return null;
  const success = successLines(result);
  return html`
    <h4>What differs</h4>
    ${differs(comparison)}
    <h4>${verdict === "broken" ? "What fails on head" : "What it makes of the figures"}</h4>
    ${
      verdict !== "broken" &&
      html`<p>${comparison.withheld === null ? comparison.because : "They are shown, and decide nothing."}</p>`
    }
    ${success.length === 1 ? paragraphs(success) : bullets(success)}
    ${evidence(result)}
    ${hasFigures(comparison) && verdict === "broken" && html`<h4>The figures, which don’t count</h4>`}
    ${hasFigures(comparison) && metrics(result)}
    <p class="muted-text">${notes(result)}</p>
    ${comparison.advice.length > 0 && html`<h4>What would decide it</h4>${bullets(comparison.advice)}`}
    ${logs(result)}
    ${sensitivity(result)}
  `;
}

function bullets(lines: readonly string[]): Node {
  return lines.length === 0 ? null : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function differs({ kind, differs: rows }: Comparison): Node {
  if (rows.length === 0) {
    return html`<p>${
      kind === "self"
        ? "Nothing: head is measured against itself (A/A)."
        : "Nothing, as far as options and logs tell."
    }</p>`;
  }
  return table({
    caption: "What differs between base and head",
    stacks: true,
    head: ["What", "Base", "Head", "Meant"],
    rows: rows.map(({ what, base, head, intended }) => [
      what,
      html`<code>${base}</code>`,
      html`<code>${head}</code>`,
      intended ? "under test" : badge("warn", "not meant to"),
    ]),
  });
}

function metrics(result: Result): Node {
  const all = result.comparison?.metrics ?? [];
  const shown = all.filter(({ primary, metric }) => primary || metric === "loadMs");
  const rest = all.filter((metric) => !shown.includes(metric));
  return html`
    ${rowsOf(result, shown, "Primary metrics, base and head")}
    ${rest.length > 0 && folded("The other metrics (advisory: they decide nothing)", rowsOf(result, rest, "Other metrics, base and head"))}
  `;
}

function rowsOf(result: Result, list: readonly ComparedMetric[], caption: string) {
  const title = titles(result);
  const head = ["Metric", "Verdict", "Base", "Head", "Change", "Between"];
  const rows = list.map((metric) => [
    metric.primary ? html`<strong>${title(metric)}</strong>` : title(metric),
    said(metric, result),
    valueText(metric, metric.base, metric.unit),
    valueText(metric, metric.head, metric.unit),
    change(metric),
    intervalOf(metric),
  ]);
  return table({ caption, head, rows, figuresFrom: 2, stacks: true });
}

/** Where noise wins no direction is claimed. */
function change(metric: ComparedMetric): Node {
  if (intervalText(metric) !== null && isNoise(metric)) {
    return html`<abbr title="noise would show as much">~</abbr>`;
  }
  const slower = slowerBy(metric);
  return html`<strong class=${slower === null ? undefined : "change"}>${changeText(metric)}</strong>`;
}

function intervalOf(metric: ComparedMetric): string {
  const interval = intervalText(metric);
  if (interval === null) return "–";
  return isNoise(metric) ? interval : within(changeText(metric), interval);
}

const TONES: Record<string, Tone> = { "✅": "ok", "❌": "bad", "⚠️": "warn" };

function said(metric: ComparedMetric, result: Result): Node {
  const sign = verdictSign(metric, result);
  const word = verdictWord(metric, result);
  const why = [
    metric.metric === "loadMs" ? "advisory" : null,
    undecidedText(metric, result),
    leftOutText(metric),
  ].filter((text) => text !== null);
  return html`${sign === null ? word : badge(TONES[sign] ?? "muted", word)}${why.map(
    (text) => html`<small class="why">${text}</small>`,
  )}`;
}

function notes(result: Result): string {
  const { comparison } = result;
  if (comparison === null) return "";
  const judged = comparison.metrics.some(({ primary, ratio }) => primary && ratio?.level != null);
  const more = judged
    ? ` ${CHANGE_NOTE}; between: its interval (${INTERVAL_SURE}). ~: noise would show as much where so many metrics are judged, so no direction is claimed. Thresholds: ${thresholdsText(result)}.`
    : "";
  return pairsLine(comparison) + more;
}

/** What head said where it broke, once each. */
function evidence({ comparison, cells }: Result): Node {
  const broken = (comparison?.success ?? []).filter(({ state }) => state === "broken");
  const texts = broken.flatMap(({ cell }) => {
    const outcome = cells.find(({ id }) => id === cell)?.outcome;
    return outcome?.evidence == null ? [] : [outcome.evidence];
  });
  return [...new Set(texts)].map((text) => html`<blockquote class="evidence">${text}</blockquote>`);
}

function logs(result: Result): Node {
  const tails = logTails(result);
  if (tails === null) return null;
  const shown = ({ title, lines }: { title: string; lines: string[] }) =>
    html`<p>${title}:</p><pre class="scroll" role="group" aria-label=${`Log of ${title}`}><code>${lines.join("\n")}</code></pre>`;
  return html`<h4>The last lines of both logs</h4>
    ${shown(tails.head)}
    ${tails.base === null ? html`<p>Base kept no log.</p>` : shown(tails.base)}`;
}

/** Of an A/A comparison. */
function sensitivity(result: Result): Node {
  const { primary, rest } = sensitivityLines(result);
  if (primary.length + rest.length === 0) return null;
  return html`<h4>What change this machine would see</h4>
    <p>${SENSITIVITY_NOTE}</p>
    ${bullets(primary)}
    ${rest.length > 0 && folded("Of the other metrics", bullets(rest))}`;
}
