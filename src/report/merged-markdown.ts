/** Several runs as one Markdown: who came to what, who is missing, and each run's own report folded. Pure. */
import type { Merged, MergedGroup } from "../analyze/merged/merged.ts";
import { nameOfGroup } from "../analyze/merged/name-of-group.ts";
import {
  type EarlierVerdict,
  earlierThan,
  earlierVerdicts,
  hiddenVerdicts,
  mergedVerdictOf,
} from "./earlier.ts";
import { clip, code, html, md } from "./escape.ts";
import { plural } from "./format.ts";
import { COMMENT_BUDGET, type MarkdownOptions, renderMarkdown } from "./markdown.ts";
import { failures } from "./markdown-failures.ts";
import { matrix, recommendation, table } from "./markdown-parts.ts";
import { isAlone, mergedCaveats, mergedHead, mergedRows } from "./merged-words.ts";
import type { Reported, ReportedRun } from "./reported.ts";
import { verdictLine } from "./summary.ts";

export interface MergedMarkdownOptions extends MarkdownOptions {
  /** What they come to; of a run alone it isn't asked. */
  merged: Merged;
}

/** These stay as long as anything does that isn't said in a run's own report. */
const FEW_EARLIER = 5;
/** For what is said of what was left out. */
const NOTE_ROOM = 1_000;
/** A folded report that may have less than this says nothing. */
const LEAST_REPORT = 1_500;
const MOST_ROWS = 60;

/** @returns Markdown that ends with a newline; of one run, and nobody missing, that run's own */
export function renderMergedMarkdown(reported: Reported, options: MergedMarkdownOptions): string {
  const { merged, ...own } = options;
  const [run] = reported.runs;
  if (run !== undefined && isAlone(reported)) {
    return renderMarkdown(run.result, { history: run.history, ...own });
  }
  const { carried, before } = verdicts(merged, own.earlier);
  // Last, and in any case: what isn't carried on is lost.
  const hidden = carried.length === 0 ? "" : `\n${hiddenVerdicts(carried)}\n`;
  const budget = (own.budget ?? COMMENT_BUDGET) - hidden.length;
  const [title = "", ...rest] = headOf(reported, merged);
  const head = [
    own.marker === undefined ? title : `${own.marker}\n${title}`,
    own.belowHeading ?? "",
    ...rest,
    runsTable(merged),
    whoIsMissing(reported),
  ];
  // By importance: when there is no room, they go from the end.
  const parts = [
    {
      name: "notes on how to read it",
      text: merged.notes.map((note) => `<sub>${md(note)}</sub>`).join("\n\n"),
    },
    ...merged.groups
      .filter(({ runs }) => runs.length > 1)
      .map((group) => wholeOf(group, isOne(merged))),
    ...sameSettings(merged),
  ].filter(({ text }) => text !== "");
  const left: string[] = [];
  let story = earlierVerdicts(before);
  const open = () => joined([...head, ...parts.map(({ text }) => text), story]);
  // Half of it is the runs' own, as long as there is more to tell than fits.
  const room = reported.runs.length === 0 ? budget : Math.max(budget / 2, budget - 20_000);
  if (open().length > room) story = earlierVerdicts(before, FEW_EARLIER);
  while (open().length > room && parts.length > 0) left.unshift(parts.pop()?.name ?? "");
  for (let rows = FEW_EARLIER + 1; rows <= before.length && story !== ""; rows++) {
    const few = story;
    story = earlierVerdicts(before, rows);
    if (open().length <= room) continue;
    story = few;
    break;
  }
  if (open().length > room && story !== "") {
    story = "";
    left.push("earlier verdicts");
  }
  const above = cut(open(), budget - NOTE_ROOM);
  const reports = folded(reported.runs, budget - above.length - NOTE_ROOM, own);
  left.push(...reports.left);
  const note =
    left.length === 0
      ? ""
      : `_Left out for want of room: ${clip(left.map(md).join(", "), 400)}. All of it is in report.md._`;
  return `${joined([above, ...reports.texts, note])}\n${hidden}`;
}

/** Of this pull request: what came before, and with it what this comes to, if anything ran. */
function verdicts(
  merged: Merged,
  earlier: MarkdownOptions["earlier"],
): { carried: EarlierVerdict[]; before: EarlierVerdict[] } {
  if (earlier === undefined) return { carried: [], before: [] };
  const results = merged.groups.map(({ result }) => result);
  const { verdict, exitDetail } = merged;
  const now = mergedVerdictOf(results, { verdict, change: exitDetail ?? "" }, earlier.commit);
  const before = earlierThan(now, earlier.previous);
  return { carried: now === null ? before : [now, ...before], before };
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}

function headOf(reported: Reported, merged: Merged): string[] {
  const { sign, sentence, toDo } = mergedHead(reported, merged);
  return [
    `### ${sign} ${md(clip(sentence, 400))}`,
    md(clip(toDo, 400)),
    ...mergedCaveats(reported.runs).map((note) => `> ⚠️ **${md(clip(note, 500))}**`),
  ];
}

/** One row each; the flags are a column only where they differ. */
function runsTable(merged: Merged): string {
  const all = isOne(merged) ? [] : mergedRows(merged);
  if (all.length === 0) return "";
  const rows = all.slice(0, MOST_ROWS);
  const differ = new Set(all.map(({ flags }) => flags.join())).size > 1;
  const whats = new Set(all.map(({ what }) => what));
  const header = [
    "run",
    "verdict",
    "agent turn",
    "TTFT",
    "tok/s",
    "memory",
    ...(differ ? ["recommended"] : []),
  ];
  const body = rows.map((row) => [
    `**${md(row.name)}**${whats.size > 1 ? `<br><sub>${md(clip(row.what, 120))}</sub>` : ""}`,
    `${row.sign} ${md(clip(row.verdict, 200))}`,
    row.turn,
    row.ttft,
    row.decode,
    row.memory,
    ...(differ ? [row.flags.map(code).join("<br>") || "–"] : []),
  ]);
  const align = ["", "", "right", "right", "right", "right"];
  const [what] = whats;
  const below = [
    whats.size === 1 && what ? `<sub>${md(clip(what, 200))}</sub>` : "",
    all.length > rows.length
      ? `<sub>${plural(all.length - rows.length, "more run")} in report.md.</sub>`
      : "",
  ];
  return joined([table(header, body, align), ...below]);
}

function whoIsMissing({ missing }: Reported): string {
  if (missing.length === 0) return "";
  const shown = missing.slice(0, MOST_ROWS);
  const lines = shown.map(({ name, why }) => `- **${md(name)}**: ${md(clip(why, 300))}`);
  const more = missing.length - shown.length;
  return joined([
    "#### Did not report",
    [...lines, ...(more > 0 ? [`- and ${plural(more, "more run")}`] : [])].join("\n"),
  ]);
}

/** Parts of one matrix and nothing else: the head says already what a row would. */
function isOne({ groups, compared }: Merged): boolean {
  return groups.length === 1 && compared.runs === 0;
}

/** All cells of one matrix that several jobs asked. */
function wholeOf(group: MergedGroup, isOnly: boolean): { name: string; text: string } {
  const { result } = group;
  const name = nameOfGroup(group);
  const title = isOnly ? "" : `#### ${md(name)}: ${md(clip(verdictLine(result), 300))}`;
  return {
    name: `the matrix of ${name}`,
    text: joined([title, matrix(result), recommendation(result), failures(result)]),
  };
}

/** Where every run recommends the same, it is said once for all. */
function sameSettings({ groups }: Merged): { name: string; text: string }[] {
  const [first, ...others] = groups;
  const key = ({ result: { recommendation: advice } }: MergedGroup) =>
    advice &&
    JSON.stringify([advice.compat, advice.settings.map(({ path, value }) => [path, value])]);
  if (first === undefined || others.length === 0 || key(first) === null) return [];
  if (groups.some((group) => key(group) !== key(first) || group.runs.length > 1)) return [];
  return [{ name: "the settings that all recommend", text: recommendation(first.result) }];
}

/** Each as far as there is room, the longest cut first; what has none is only named. */
function folded(
  runs: readonly ReportedRun[],
  budget: number,
  options: MarkdownOptions,
): { texts: string[]; left: string[] } {
  const {
    marker: _marker,
    budget: _budget,
    heading: _heading,
    belowHeading: _below,
    earlier: _earlier,
    ...rest
  } = options;
  const wrap = ({ name, result }: ReportedRun, text: string) =>
    `<details><summary><b>${html(name)}</b>: ${html(clip(verdictLine(result), 150))}</summary>\n\n${text}\n</details>`;
  const render = (run: ReportedRun, size?: number) =>
    renderMarkdown(run.result, {
      ...rest,
      heading: run.name,
      history: run.history,
      ...(size === undefined ? {} : { budget: size }),
    });
  const around = (run: ReportedRun) => wrap(run, "").length + 2;
  const kept = [...runs];
  const left: string[] = [];
  const overhead = () => kept.reduce((sum, run) => sum + around(run), 0);
  while (kept.length > 0 && budget - overhead() < LEAST_REPORT * kept.length) {
    left.unshift(`the report of ${kept.pop()?.name ?? ""}`);
  }
  const whole = kept.map((run) => render(run, Number.POSITIVE_INFINITY));
  const each = fairShare(
    whole.map(({ length }) => length),
    budget - overhead(),
  );
  const texts = kept.flatMap((run, index) => {
    const full = whole[index] ?? "";
    const text = full.length <= each ? full : render(run, Math.floor(each));
    if (text.length <= each) return [wrap(run, text)];
    left.push(`the report of ${run.name}`);
    return [];
  });
  return { texts, left };
}

/** The most that each may have so that all together have no more than there is. */
function fairShare(lengths: readonly number[], total: number): number {
  let rest = total;
  let count = lengths.length;
  for (const length of lengths.toSorted((a, b) => a - b)) {
    if (length * count > rest) return rest / count;
    rest -= length;
    count--;
  }
  return Number.POSITIVE_INFINITY;
}

/** At a line's end. */
function cut(text: string, budget: number): string {
  if (text.length <= budget) return text;
  return text.slice(0, Math.max(0, text.lastIndexOf("\n", budget)));
}
