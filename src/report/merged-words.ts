/** Several runs in a few sentences and rows, for Markdown and for a terminal. Pure. */

import type { Merged, MergedGroup } from "../analyze/merged/merged.ts";
import { nameOfGroup } from "../analyze/merged/name-of-group.ts";
import { isAgent } from "../analyze/recommend.ts";
import { mainVariant } from "../analyze/recommended-cells.ts";
import type { Result, ResultCell, Verdict } from "../result.ts";
import { CAME_OUT_SIGNS, cameOut } from "./came-out.ts";
import { changeWithInterval, VERDICT_SIGNS, VERDICT_WORDS } from "./comparison-change.ts";
import { tellingMetric } from "./comparison-parts.ts";
import { comparisonSentence, titles, whatToDo } from "./comparison-words.ts";
import { clip, plain, unheard } from "./escape.ts";
import { bytes, capital, list, ms, plural, rate, UNKNOWN } from "./format.ts";
import { headOnly } from "./head-only.ts";
import type { MissingRun, Reported, ReportedRun } from "./reported.ts";
import { caveats, headlineCell, median, numbersLine, verdictLine } from "./summary.ts";

/** Nothing but one run: it is reported as ever. */
export function isAlone({ runs, missing }: Reported): boolean {
  return runs.length === 1 && missing.length === 0;
}

export interface MergedHead {
  sign: string;
  /** The whole, and where it comes from. */
  sentence: string;
  toDo: string;
}

/** The whole in a heading, and what to do. Plain text of outside, not yet escaped. */
export function mergedHead(reported: Reported, merged: Merged): MergedHead {
  const { runs, missing } = reported;
  const told =
    runs.length === 0
      ? { sign: "⚠️", sentence: "No result.", toDo: "" }
      : merged.verdict === null
        ? measuredHead(merged)
        : comparedHead(merged, merged.verdict);
  const bad = missing.length + merged.unwell.length > 0;
  return {
    sign: bad && told.sign === "✅" ? "⚠️" : told.sign,
    sentence: [told.sentence, absentText(reported)].filter((text) => text !== "").join(" "),
    toDo: [told.toDo, mendText(merged), lookAt(missing)].filter((text) => text !== "").join(" "),
  };
}

function comparedHead(merged: Merged, verdict: Verdict): MergedHead {
  const { decidedBy, compared, groups, unwell } = merged;
  const sign = VERDICT_SIGNS[verdict];
  const all = groups.flatMap(({ runs }) => runs);
  const told = decidedBy?.result.verdict === verdict ? comparisonSentence(decidedBy.result) : null;
  if (decidedBy === null || told === null) {
    const sentence =
      unwell.length > 0
        ? `${VERDICT_WORDS[verdict]}: ${unwellText(unwell)}`
        : `${VERDICT_WORDS[verdict]}: nothing is wrong in what reported, but not all did.`;
    return { sign, sentence, toDo: "" };
  }
  const same = all.filter(({ result }) => result.verdict === verdict).length;
  const rest =
    compared.runs === 1
      ? ""
      : same === compared.runs
        ? ` All ${compared.runs} say so.`
        : ` ${same} of ${compared.runs} comparisons ${same === 1 ? "says" : "say"} so.`;
  const where = all.length === 1 ? "" : ` on ${decidedBy.name}`;
  const [lead = "", ...number] = told.split(": ");
  // Of an inconclusive one, too: why another has no verdict at all must not be lost behind it.
  const others = unwell.filter(({ name }) => name !== decidedBy.name);
  const beside = others.length === 0 ? "" : ` ${capital(unwellText(others))}`;
  const sentence = `${lead}${where}: ${number.join(": ")}${rest}${beside}`;
  return { sign, sentence, toDo: whatToDo(decidedBy.result) };
}

/** `on cuda its set-up failed (inferrs is refused), and 1 more ended badly.` */
function unwellText([first, ...others]: Merged["unwell"]): string {
  if (first === undefined) return "";
  const { name, what, detail } = first;
  const why = detail === null ? "" : ` (${clip(inline(detail), MOST_WHY)})`;
  const more = others.length === 0 ? "" : `, and ${others.length} more ended badly`;
  return `on ${clip(name, MOST_NAMES)} ${what}${why}${more}.`;
}

/** Within brackets or before a full stop. */
function inline(sentence: string): string {
  return plain(sentence).replace(/\.$/, "");
}

const MOST_WHY = 70;

/** Everyone that ended badly, by name. */
function mendText({ unwell }: Merged): string {
  const shown = unwell.slice(0, 3).map(({ name, what, detail }) => {
    const why = detail === null ? "" : `: ${clip(inline(detail), 120)}`;
    return `${clip(name, MOST_NAMES)} (${what}${why})`;
  });
  if (shown.length === 0) return "";
  const more = unwell.length - shown.length;
  return `Mend ${list([...shown, ...(more > 0 ? [`${more} more`] : [])])}, and run ${unwell.length === 1 ? "it" : "them"} again.`;
}

function measuredHead({ groups }: Merged): MergedHead {
  const sign = worstSign(groups);
  const [only] = groups;
  if (groups.length === 1 && only !== undefined) {
    return { sign, sentence: verdictLine(only.result), toDo: numbersLine(only.result) ?? "" };
  }
  return { sign, sentence: sideBySide(groups), toDo: turnsText(groups) };
}

/** Worst first. */
const SIGNS = ["❌", "⚠️", "✅"];

/** Some that work are not nothing. */
function worstSign(groups: readonly MergedGroup[]): string {
  const signs = new Set(groups.map(({ result }) => shortVerdict(result).sign));
  return signs.size === 1 ? ([...signs][0] ?? "⚠️") : "⚠️";
}

/** `1 of 3 runs did not report (cuda).`; empty where all did. */
function absentText({ runs, missing }: Reported): string {
  if (missing.length === 0) return "";
  const names = clip(list(missing.map(({ name }) => name)), MOST_NAMES);
  return `${missing.length} of ${plural(runs.length + missing.length, "run")} did not report (${names}).`;
}

/** Where a log is, if there is one, depends on where it ran: that isn't known here. */
function lookAt([first, ...others]: readonly MissingRun[]): string {
  if (first === undefined) return "";
  return others.length === 0
    ? `Find out why ${clip(first.name, MOST_NAMES)} gave no result, and run it again.`
    : "Find out why some gave no result (below), and run them again.";
}

/** The worst first: `Nothing works on cpu; agent turns work on metal and cuda.` */
function sideBySide(groups: readonly MergedGroup[]): string {
  const [line, ...others] = new Set(groups.map(({ result }) => verdictLine(result)));
  if (line !== undefined && others.length === 0) return `On all ${groups.length}: ${line}`;
  const bySaying = new Map<string, MergedGroup[]>();
  for (const group of groups) {
    const { verdict } = shortVerdict(group.result);
    bySaying.set(verdict, [...(bySaying.get(verdict) ?? []), group]);
  }
  const said = [...bySaying]
    .sort(([, a], [, b]) => goodness(a) - goodness(b))
    .map(([verdict, of]) => {
      const names = clip(list(of.map(nameOfGroup)), MOST_NAMES);
      return `${verdict} on ${of.length === groups.length ? `all ${of.length}` : names}`;
    });
  return `${capital(said.join("; "))}.`;
}

const MOST_NAMES = 60;

function goodness([first]: readonly MergedGroup[]): number {
  return first === undefined ? 0 : SIGNS.indexOf(shortVerdict(first.result).sign);
}

/**
 * `An agent turn takes 12.3 s on metal, 45 s on cpu; without tools 5 s on tiny.`, the quickest first, and
 * those that keep the tools before those that don't: these have a far shorter prompt.
 */
function turnsText(groups: readonly MergedGroup[]): string {
  const turns = groups
    .flatMap((group) => {
      const cell = headlineCell(group.result);
      const turn = median(cell, "turnMs");
      return cell === undefined || turn === null ? [] : [{ group, cell, turn }];
    })
    .sort((a, b) => Number(isToolless(a.cell)) - Number(isToolless(b.cell)) || a.turn - b.turn);
  const [first] = turns;
  if (first === undefined) return "";
  const like = turns
    .filter(({ cell }) => cell.scenario === first.cell.scenario && cell.scale === first.cell.scale)
    .slice(0, 4);
  const said = [false, true].flatMap((toolless) => {
    const of = like.filter(({ cell }) => isToolless(cell) === toolless);
    if (of.length === 0) return [];
    const times = of.map(({ group, turn }) => `${ms(turn)} on ${nameOfGroup(group)}`).join(", ");
    return [toolless ? `without tools ${times}` : times];
  });
  return `${isAgent(first.cell) ? "An agent turn" : first.cell.scenario} takes ${said.join("; ")}.`;
}

/** An agent's turn in which it can do nothing but talk. */
function isToolless(cell: ResultCell): boolean {
  return isAgent(cell) && cell.compat.supportsTools === false;
}

/** A run, or parts of one, as a row of the table. Plain text. */
export interface MergedRow {
  name: string;
  /** Model and engine, where they tell it from the others. */
  what: string;
  sign: string;
  verdict: string;
  turn: string;
  ttft: string;
  decode: string;
  memory: string;
  flags: string[];
}

/** Of comparisons each run, for each has its verdict; else each group. */
export function mergedRows({ groups }: Merged): MergedRow[] {
  const rows = groups.flatMap((group) =>
    group.runs.some(({ result }) => result.comparison !== null)
      ? group.runs.map((run) => rowOf(run.name, run.result))
      : [rowOf(nameOfGroup(group), group.result)],
  );
  return rows;
}

function rowOf(name: string, result: Result): MergedRow {
  const cell = headlineCell(result);
  const { sign, verdict } = shortVerdict(result);
  const variant = mainVariant(result);
  const version = variant?.engine.version ?? null;
  const device = variant?.server.deviceSeen ?? variant?.server.device ?? null;
  const what = [
    variant?.model.servedId ?? variant?.model.id ?? null,
    variant === null ? null : `${variant.engine.kind}${version === null ? "" : ` ${version}`}`,
    device,
  ];
  const { recommendation } = result;
  return {
    name,
    what: what.filter((part) => part !== null).join(", "),
    sign,
    verdict,
    turn: `${ms(median(cell, "turnMs"))}${cell !== undefined && isToolless(cell) ? " (without tools)" : ""}`,
    ttft: ms(median(cell, "ttftMs")),
    decode: rate(median(cell, "decodeTokensPerSecond")),
    memory: cell?.peakMemory == null ? UNKNOWN : bytes(cell.peakMemory.bytes),
    flags:
      recommendation === null
        ? []
        : Object.entries(recommendation.compat).map(
            ([flag, value]) => `${flag}=${Array.isArray(value) ? value.join("+") : value}`,
          ),
  };
}

/** In a cell of a table. */
function shortVerdict(result: Result): { sign: string; verdict: string } {
  const { verdict, comparison, exitReason, status, recommendation, cells } = result;
  if (verdict !== null) {
    const telling = tellingMetric(result);
    const change =
      telling?.ratio == null ? "" : `: ${titles(result)(telling)} ${changeWithInterval(telling)}`;
    return { sign: VERDICT_SIGNS[verdict], verdict: `${VERDICT_WORDS[verdict]}${change}` };
  }
  if (comparison !== null) return { sign: "⚠️", verdict: "no verdict" };
  const sign = CAME_OUT_SIGNS[cameOut(result)];
  if (exitReason === "setup-failed") return { sign, verdict: "the set-up failed" };
  const ended = status === "complete" ? "" : ` (${status})`;
  const asked = cells.filter(({ outcome }) => outcome.kind !== "not-run");
  const works = ({ outcome }: ResultCell) => outcome.kind === "pass";
  if (!asked.some(works)) {
    return { sign, verdict: `nothing ${asked.length === 0 ? "was measured" : "works"}${ended}` };
  }
  if (recommendation === null) {
    return { sign, verdict: `${asked.every(works) ? "it works" : "works in part"}${ended}` };
  }
  const agents = cells.filter(isAgent);
  if (agents.length > 0 && !agents.some(works))
    return { sign, verdict: `chat works, no agent turn${ended}` };
  if (!recommendation.toolsKept) return { sign, verdict: `works without tools${ended}` };
  return { sign, verdict: `${agents.length > 0 ? "agent turns work" : "chat works"}${ended}` };
}

/** What must be known before any figure of any of the runs; whose it is, where it isn't all of theirs. */
export function mergedCaveats(runs: readonly ReportedRun[]): string[] {
  const by = new Map<string, string[]>();
  for (const { name, result } of runs) {
    for (const note of caveats(headOnly(result))) by.set(note, [...(by.get(note) ?? []), name]);
  }
  return [...by].map(([note, names]) =>
    names.length === runs.length ? note : `${note} (${clip(list(names), MOST_NAMES)})`,
  );
}

/** In a terminal: the whole, each run, and who is missing. */
export function renderMergedText(
  reported: Reported,
  merged: Merged,
  files: readonly string[],
): string {
  const { sentence, toDo } = mergedHead(reported, merged);
  const rows = mergedRows(merged).map(
    ({ name, sign, verdict, turn, ttft, decode, memory }) =>
      `  ${sign} ${plain(name)}: ${plain(verdict)}; turn ${turn}, TTFT ${ttft}, ${decode} tok/s, ${memory}`,
  );
  const missing = reported.missing.map(({ name, why }) => `  ✗ ${plain(name)}: ${plain(why)}`);
  const lines = [
    ...mergedCaveats(reported.runs).map(plain),
    `${plain(sentence)} ${plain(toDo)}`.trim(),
    ...(rows.length === 0 ? [] : ["", ...rows]),
    ...(missing.length === 0 ? [] : ["", "Did not report:", ...missing]),
    ...(merged.notes.length === 0 ? [] : ["", ...merged.notes.map(plain)]),
    "",
    plain(`Written: ${files.join(", ")}`),
  ];
  return lines.map(unheard).join("\n");
}
