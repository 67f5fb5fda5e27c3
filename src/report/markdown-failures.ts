/** What fails, each once: the server's words, what they mean, what mends it. Pure. */

import { shownCombination } from "../plan/matrix.ts";
import type { Compat, Result, ResultCell } from "../result.ts";
import type { Shortenable } from "./budget.ts";
import { clip, code, md } from "./escape.ts";
import { bytes, count, list, plural } from "./format.ts";
import { type Failure, failuresOf } from "./summary.ts";

const MOST_EVIDENCE = 400;
const MOST_WORDS = 600;

/** Each distinct failure once; empty where nothing fails. */
export function failures(result: Result, rows = Number.POSITIVE_INFINITY): string {
  const all = failuresOf(result);
  if (all.length === 0) return "";
  const left = all.length - rows;
  const more =
    left > 0 ? [`_${plural(left, "other failure is", "other failures are")} left out._`] : [];
  const texts = all.slice(0, rows).map((failure) => section(failure, result));
  return ["#### What fails", ...texts, ...more].join("\n\n");
}

export function failuresShortened(result: Result): Shortenable {
  return { rows: failuresOf(result).length, text: (rows) => failures(result, rows) };
}

function section(failure: Failure, result: Result): string {
  const { kind, meaning, evidence, remedy, cells } = failure;
  const facts = failureFacts(failure);
  return [
    `**${kind}**: ${md(clip(meaning, MOST_WORDS))}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`,
    evidence === null ? null : `> ${md(clip(evidence, MOST_EVIDENCE))}`,
    remedy === null ? null : `**What mends it:** ${md(clip(remedy, MOST_WORDS))}`,
    `<sub>${whereItFails(cells, result)}</sub>`,
  ]
    .filter((line) => line !== null)
    .join("\n\n");
}

/** `In chat and agent-turn, with requiresStringContent=false.` */
function whereItFails(cells: readonly ResultCell[], result: Result): string {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))];
  const of = result.cells.filter(({ scenario }) => scenarios.includes(scenario));
  const where = list(scenarios.map((each) => md(clip(each, 100))));
  const shared = sharedBy(cells.map(shownCombination));
  const telling = Object.entries(shared).filter(([flag, value]) =>
    of.some((cell) => valueText(shownCombination(cell)[flag]) !== valueText(value)),
  );
  const flags = telling.map(([flag, value]) => code(clip(`${flag}=${valueText(value)}`, 120)));
  const how = flags.length === 0 ? "" : `, with ${list(flags)}`;
  return `In ${where}${how}: ${plural(cells.length, "cell")} of ${of.length}.`;
}

/** What all have in common. */
function sharedBy(combinations: readonly Compat[]): Compat {
  const [first = {}, ...others] = combinations;
  return Object.fromEntries(
    Object.entries(first).filter(([flag, value]) =>
      others.every((each) => valueText(each[flag]) === valueText(value)),
    ),
  );
}

function valueText(value: Compat[string] | undefined): string {
  return Array.isArray(value) ? value.join("+") : String(value);
}

/** How large what failed was, where that may be why. */
export function failureFacts({ kind, cells }: Failure): string[] {
  const sizes = cells.map((cell) => cell.tokens.prompt).filter((n) => n !== null);
  const peak = Math.max(0, ...cells.map((cell) => cell.peakMemory?.bytes ?? 0));
  const died = kind === "out-of-memory" || kind === "engine-crashed";
  const ofSize = died || kind === "timeout" || kind === "context-length-exceeded";
  return [
    ofSize && sizes.length > 0 ? `${count(Math.max(...sizes))} prompt tokens` : null,
    died && peak > 0 ? `peak memory ${bytes(peak)}` : null,
  ].filter((fact) => fact !== null);
}
