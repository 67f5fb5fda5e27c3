/** Several runs in a few sentences and rows, for Markdown and for a terminal. Pure. */

import type { Merged, MergedGroup } from "../analyze/merged/merged.ts";
import { isAgent } from "../analyze/recommend.ts";
import { mainVariant } from "../analyze/recommended-cells.ts";
import type { Result, Verdict } from "../result.ts";
import { changeWithInterval, VERDICT_SIGNS, VERDICT_WORDS } from "./comparison-change.ts";
import { tellingMetric } from "./comparison-parts.ts";
import { comparisonSentence, titles, whatToDo } from "./comparison-words.ts";
import { clip, plain } from "./escape.ts";
import { bytes, capital, list, ms, plural, rate, UNKNOWN } from "./format.ts";
import type { MissingRun, Reported } from "./reported.ts";
import { headlineCell, median, numbersLine, verdictLine } from "./summary.ts";

/** Nothing but one run: it is reported as ever. */
export function isAlone({ runs, missing }: Reported): boolean {
  return runs.length === 1 && missing.length === 0;
}

/** What a group is called: a run's name, or of several parts what they have in common. */
export function nameOfGroup({ runs }: Pick<MergedGroup, "runs">): string {
  const names = runs.map(({ name }) => name);
  const [first] = names;
  if (names.length < 2) return first ?? "";
  const stems = new Set(names.map((name) => name.replace(/[-_ ]?\d+-of-\d+$/, "")));
  const [stem] = stems;
  const parts = plural(names.length, "part");
  if (stems.size === 1 && stem !== undefined)
    return stem === "" ? `all ${parts}` : `${stem} (${parts})`;
  return names.length <= 3 ? list(names) : `${first} and ${names.length - 1} more`;
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
  if (missing.length === 0) return told;
  return {
    sign: told.sign === "✅" ? "⚠️" : told.sign,
    sentence: `${told.sentence} ${absentText(reported)}`,
    toDo: `${told.toDo} ${lookAt(missing)}`.trim(),
  };
}

function comparedHead({ decidedBy, compared, groups }: Merged, verdict: Verdict): MergedHead {
  const sign = VERDICT_SIGNS[verdict];
  const all = groups.flatMap(({ runs }) => runs);
  const told = decidedBy?.result.verdict === verdict ? comparisonSentence(decidedBy.result) : null;
  if (decidedBy === null || told === null) {
    const sentence = `${VERDICT_WORDS[verdict]}: nothing is wrong in what reported, but not all did.`;
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
  const sentence = `${lead}${where}: ${number.join(": ")}${rest}`;
  return { sign, sentence, toDo: whatToDo(decidedBy.result) };
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

/** `1 of 3 jobs did not report (cuda).` */
function absentText({ runs, missing }: Reported): string {
  const names = clip(list(missing.map(({ name }) => name)), MOST_NAMES);
  return `${missing.length} of ${plural(runs.length + missing.length, "job")} did not report (${names}).`;
}

function lookAt([first, ...others]: readonly MissingRun[]): string {
  return others.length === 0
    ? `Look at the log of ${clip(first?.name ?? "", MOST_NAMES)}, and run it again.`
    : "Look at the logs of those that did not report, and run them again.";
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

/** `An agent turn takes 12.3 s on metal, 45 s on cpu.`, the quickest first. */
function turnsText(groups: readonly MergedGroup[]): string {
  const turns = groups.flatMap((group) => {
    const cell = headlineCell(group.result);
    const turn = median(cell, "turnMs");
    return cell === undefined || turn === null ? [] : [{ group, cell, turn }];
  });
  const [first] = turns.sort((a, b) => a.turn - b.turn);
  if (first === undefined) return "";
  const like = turns.filter(({ cell }) => cell.scenario === first.cell.scenario).slice(0, 4);
  const times = like.map(({ group, turn }) => `${ms(turn)} on ${nameOfGroup(group)}`);
  return `${isAgent(first.cell) ? "An agent turn" : first.cell.scenario} takes ${times.join(", ")}.`;
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
    turn: ms(median(cell, "turnMs")),
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
  const { verdict, exitReason, status, recommendation, cells } = result;
  if (verdict !== null) {
    const telling = tellingMetric(result);
    const change =
      telling?.ratio == null ? "" : `: ${titles(result)(telling)} ${changeWithInterval(telling)}`;
    return { sign: VERDICT_SIGNS[verdict], verdict: `${VERDICT_WORDS[verdict]}${change}` };
  }
  if (exitReason === "setup-failed") return { sign: "❌", verdict: "the set-up failed" };
  if (cells.every(({ outcome }) => outcome.kind !== "pass"))
    return { sign: "❌", verdict: "nothing works" };
  const ended = status === "complete" ? "" : ` (${status})`;
  if (recommendation === null) return { sign: "⚠️", verdict: `works in part${ended}` };
  const agents = cells.filter(isAgent);
  const works = agents.some(({ outcome }) => outcome.kind === "pass");
  if (agents.length > 0 && !works)
    return { sign: "⚠️", verdict: `chat works, no agent turn${ended}` };
  if (!recommendation.toolsKept) return { sign: "⚠️", verdict: `works without tools${ended}` };
  return {
    sign: ended === "" ? "✅" : "⚠️",
    verdict: `${agents.length > 0 ? "agent turns work" : "chat works"}${ended}`,
  };
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
  return [
    `${plain(sentence)} ${plain(toDo)}`.trim(),
    ...(rows.length === 0 ? [] : ["", ...rows]),
    ...(missing.length === 0 ? [] : ["", "Did not report:", ...missing]),
    ...(merged.notes.length === 0 ? [] : ["", ...merged.notes.map(plain)]),
    "",
    `Written: ${files.join(", ")}`,
  ].join("\n");
}
