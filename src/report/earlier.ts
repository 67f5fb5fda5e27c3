/**
 * The earlier verdicts of a pull request. They are carried in the comment itself, as one hidden last
 * line (what is read of a comment elsewhere is its beginning): there is no other place that every workflow may write to. Whoever may edit the
 * comment can write there, so what comes back is taken for hostile: matched, decoded, validated,
 * capped, and escaped again when it is shown. Pure.
 */
import { z } from "zod";
import type { Result } from "../result.ts";
import { type CameOut, cameOut } from "./came-out.ts";
import { VERDICT_SIGNS, VERDICT_WORDS } from "./comparison-change.ts";
import { tellingNumber } from "./comparison-words.ts";
import { clip, md, plain } from "./escape.ts";
import { ms, plural } from "./format.ts";
import { headOnly } from "./head-only.ts";
import { headlineCell, median } from "./summary.ts";

/** What became of a run: its verdict, or of a run without a comparison whether it works. */
const STATES = [
  "broken",
  "regression",
  "inconclusive",
  "improvement",
  "no-regression",
  "no-verdict",
  "works",
  "partly-works",
  "nothing-works",
  "failed",
] as const;
type State = (typeof STATES)[number];

/** So many are carried on and shown. */
export const MOST_EARLIER = 20;
const MOST_CHANGE = 160;
/** Of the hidden line; {@link MOST_EARLIER} entries of the longest texts are below it. */
const MOST_HIDDEN = 24_000;

const verdictSchema = z.strictObject({
  /** Of the pull request's head. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .nullable(),
  /** When the run started. */
  at: z.iso.datetime(),
  state: z.enum(STATES),
  /** The number that matters, in a sentence. Hostile text. */
  change: z.string().max(4 * MOST_CHANGE),
});

/** One run of a pull request, as later comments tell it. */
export type EarlierVerdict = z.infer<typeof verdictSchema>;

const HIDDEN = /^<!-- inferrs-bench-verdicts:v1 ([\w-]*) -->$/;

/** The line that carries the verdicts on, this run's first. */
export function hiddenVerdicts(verdicts: readonly EarlierVerdict[]): string {
  const json = JSON.stringify(verdicts.slice(0, MOST_EARLIER + 1));
  return `<!-- inferrs-bench-verdicts:v1 ${Buffer.from(json).toString("base64url")} -->`;
}

/**
 * What a comment of before carries, in its order; what isn't as this tool writes it is left out. The
 * line is the last one, and in comments of the first versions the second.
 * @param previous the comment's text; null: there was none
 */
export function carriedVerdicts(previous: string | null): EarlierVerdict[] {
  const text = (previous ?? "").trimEnd();
  const last =
    text
      .slice(-MOST_HIDDEN - 1000)
      .split(/\r?\n/)
      .at(-1) ?? "";
  const [, second = ""] = text.slice(0, MOST_HIDDEN + 1000).split(/\r?\n/, 3);
  const data = dataOf(last) ?? dataOf(second);
  if (data === undefined) return [];
  let found: unknown;
  try {
    found = JSON.parse(Buffer.from(data, "base64url").toString("utf8"));
  } catch {
    return [];
  }
  const items = Array.isArray(found) ? found.slice(0, MOST_EARLIER + 1) : [];
  return items.flatMap((item) => verdictSchema.safeParse(item).data ?? []);
}

function dataOf(line: string): string | undefined {
  return line.length <= MOST_HIDDEN ? HIDDEN.exec(line)?.[1] : undefined;
}

/**
 * Those of other runs than this one, newest first: a write whose answer was lost is tried again, and
 * then the comment of before is our own; and a run that is started again may be told after a newer one.
 * @param now null: this time nothing was measured
 */
export function earlierThan(now: EarlierVerdict | null, previous: string | null): EarlierVerdict[] {
  return carriedVerdicts(previous)
    .filter(({ at, commit }) => at !== now?.at || commit !== now.commit)
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .slice(0, MOST_EARLIER);
}

/**
 * Several runs in one line.
 * @param runs of parts of one matrix what they come to
 * @param state what they come to together; null: nothing was compared
 */
export function mergedVerdictOf(
  runs: readonly Result[],
  { verdict, change }: { verdict: Result["verdict"]; change: string },
  commit: string | null,
): EarlierVerdict | null {
  const [first] = runs.map(({ startedAt }) => startedAt).toSorted();
  if (first === undefined) return null;
  const came = new Set(runs.map(cameOut));
  const [only] = came;
  const works = STATE_OF[came.size === 1 && only !== undefined ? only : "partly"];
  const text = clip(plain(change).replace(/\.$/, ""), MOST_CHANGE);
  return { commit: known(commit), at: first, state: verdict ?? works, change: text };
}

const STATE_OF: Readonly<Record<CameOut, State>> = {
  works: "works",
  partly: "partly-works",
  not: "nothing-works",
};

/** A run in one line for the comments that come after it. */
export function verdictOf(whole: Result, commit: string | null): EarlierVerdict {
  const { comparison, verdict, startedAt: at } = whole;
  const told =
    comparison === null
      ? measured(headOnly(whole))
      : { state: verdict ?? ("no-verdict" as const), change: tellingNumber(whole) };
  const change = clip(plain(told.change).replace(/\.$/, ""), MOST_CHANGE);
  return { commit: known(commit), at, state: told.state, change };
}

function known(commit: string | null): string | null {
  return commit !== null && /^[0-9a-f]{7,64}$/.test(commit) ? commit : null;
}

function measured(result: Result): { state: State; change: string } {
  const asked = result.cells.filter(({ outcome }) => outcome.kind !== "not-run");
  const passed = asked.filter(({ outcome }) => outcome.kind === "pass");
  const cell = headlineCell(result);
  const turn = median(cell, "turnMs");
  const figure = cell === undefined || turn === null ? "" : `, ${cell.scenario} ${ms(turn)}`;
  const change = `${passed.length} of ${plural(asked.length, "cell")} pass${figure}`;
  if (asked.length === 0) return { state: "failed", change: result.exitDetail ?? "" };
  return { state: STATE_OF[cameOut(result)], change };
}

const WORDS: Record<State, string> = {
  ...VERDICT_WORDS,
  "no-verdict": "No verdict",
  works: "Works",
  "partly-works": "Works in part",
  "nothing-works": "Nothing works",
  failed: "Failed",
};

const SIGNS: Record<State, string> = {
  ...VERDICT_SIGNS,
  "no-verdict": "⚠️",
  works: "✅",
  "partly-works": "⚠️",
  "nothing-works": "❌",
  failed: "❌",
};

/** Each in a line, folded; empty where there is none. */
export function earlierVerdicts(verdicts: readonly EarlierVerdict[], rows = MOST_EARLIER): string {
  if (verdicts.length === 0) return "";
  const shown = verdicts.slice(0, rows);
  const lines = shown.map(({ commit, at, state, change }) => {
    const when = `${at.slice(0, 10)} ${at.slice(11, 16)}`;
    const of = commit === null ? "" : ` ${commit.slice(0, 7)}`;
    const what = change === "" ? "" : `: ${md(clip(change, MOST_CHANGE))}`;
    return `- ${SIGNS[state]} ${when}${of} **${WORDS[state]}**${what}`;
  });
  const left = verdicts.length - shown.length;
  if (left > 0) lines.push(`- _${left} more are left out_`);
  const title = `Earlier verdicts of this pull request (${verdicts.length})`;
  return `<details><summary>${title}</summary>\n\n${lines.join("\n")}\n\n</details>`;
}
