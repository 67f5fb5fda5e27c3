/** Tells the result to the workflow: outputs, summary and annotations first, the comment last. */

import { type HistoryReport, historyReport } from "../analyze/history/report.ts";
import type { BenchEnd } from "../bench.ts";
import type { CommentWhen } from "../inputs/action.ts";
import { comparisonSentence } from "../report/comparison-words.ts";
import { plainLines, unheard } from "../report/escape.ts";
import { historyMarkdown } from "../report/history.ts";
import { type MarkdownOptions, renderMarkdown } from "../report/markdown.ts";
import { verdictLine } from "../report/summary.ts";
import type { Result } from "../result.ts";
import type { Publisher } from "./actions-core.ts";
import { type Annotation, annotations, isUntold, untold } from "./annotations.ts";
import type { CheckText } from "./check.ts";
import { type CommentBody, commentMarker, NOTHING_NEW } from "./comment.ts";
import { commentDecision, hasNews } from "./comment-when.ts";
import type { PostComment } from "./commenter.ts";
import type { BranchKept } from "./history/in-branch.ts";
import { type ActionOutputs, outputs } from "./outputs.ts";
import { SUMMARY_LIMIT_BYTES, writeSummary } from "./summary.ts";
import { oneLine } from "./text.ts";
import type { Written } from "./written.ts";

export interface PublishTarget {
  core: Publisher;
  /**
   * Posts the body as the pull request's comment. A text instead: why it can't be. Null: nobody
   * asked for one.
   */
  comment: PostComment | string | null;
  commentId: string;
  /** When there is one; absent: always. */
  when?: CommentWhen;
  /** Of the pull request's head, for the line that later comments have of this run. */
  commit?: string | null;
  /**
   * Writes a neutral check for a comparison that couldn't tell. A text instead: why it can't be;
   * absent or null: none is wanted.
   */
  check?: ((text: CheckText, onlyUpdate?: boolean) => Promise<Written>) | string | null;
  /** Reads the history that is kept in a branch, and adds the run; absent or null: there is none. */
  history?: (() => Promise<BranchKept>) | null;
}

export type CommentTarget = Pick<
  PublishTarget,
  "core" | "comment" | "commentId" | "when" | "commit"
>;

/**
 * Never throws and never fails the job: what could not be told is a warning. The summary and the
 * outputs come before any network call, so a lost comment never loses the result.
 */
export async function publish(end: BenchEnd, target: PublishTarget): Promise<void> {
  const { core } = target;
  const { result } = end;
  await announce(core, {
    outputs: () => outputs(end),
    summary: () => summaryText(end, target.history ? HISTORY_BYTES : 0),
    annotations: () => (result === null ? [] : annotations(result)),
  });
  await apart(core, "check", async () => {
    if (result !== null && isUntold(result)) await tellUntold(result, target);
    else if (result?.comparison != null) await takeBack(result, target);
  });
  const history = end.history ?? (await fromBranch(target));
  await apart(core, "history", () => history && tellOutside(history, core));
  await apart(core, "comment", () => result && tellResult(result, history, target));
}

function tellResult(
  result: Result,
  history: HistoryReport | null,
  target: PublishTarget,
): Promise<void> {
  return tellPullRequest(
    {
      news: hasNews(result, history),
      body: (of) => renderMarkdown(result, { ...of, place: "comment", history }),
      said: comparisonSentence(result) ?? verdictLine(result),
    },
    target,
  );
}

/** What a comment is made of, and whether anybody waits for it. */
interface Telling {
  news: boolean;
  body: (text: { marker: string; earlier: NonNullable<MarkdownOptions["earlier"]> }) => string;
  /** What it says first. */
  said: string;
}

/** The comment, where there is something to say or one that would tell of another commit else. */
export async function tellPullRequest(
  { news, body, said }: Telling,
  { core, comment, commentId, commit = null, when = "always" }: CommentTarget,
): Promise<void> {
  const decision = commentDecision(when, news);
  if (comment === null || decision === "none") return;
  const marker = commentMarker(commentId);
  const text: CommentBody = (previous) => body({ marker, earlier: { previous, commit } });
  const posted = await post(comment, text, decision === "update");
  sayPosted(core, posted, { said, when });
}

/** What needs no network, so that nothing loses it: each on its own. */
export async function announce(
  core: Publisher,
  told: {
    outputs: () => ActionOutputs;
    summary: () => string;
    annotations: () => readonly Annotation[];
  },
): Promise<void> {
  await apart(core, "outputs", () => {
    for (const [name, value] of Object.entries(told.outputs())) core.setOutput(name, value);
  });
  await apart(core, "job summary", async () => {
    const unwritten = await writeSummary(core.summary, told.summary());
    if (unwritten !== null) core.warning(`No job summary: ${oneLine(unwritten, 300)}`);
  });
  await apart(core, "annotations", () => {
    for (const { level, title, message } of told.annotations()) core[level](message, { title });
  });
}

/** A mistake in this program where it makes one of them must not lose the others. */
export async function apart(core: Publisher, what: string, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    core.warning(`No ${what}: inferrs-bench made a mistake (${oneLine(message, 300)})`);
  }
}

/**
 * What became of the comment. Where somebody waits for it and can't have it, what it would have said
 * first (`said`) is said here.
 */
function sayPosted(
  core: Publisher,
  posted: Written,
  { said, when }: { said: string; when: CommentWhen },
): void {
  if (posted.kind !== "skipped") {
    core.info(`Comment ${posted.kind}: ${oneLine(posted.url, 300)}`);
    return;
  }
  const { reason, because } = posted;
  if (reason === NOTHING_NEW) {
    core.info(`No comment on the pull request: ${NOTHING_NEW} (comment: ${when}).`);
    return;
  }
  const text = `No comment on the pull request: ${reason}.`;
  const properties = { title: "inferrs-bench: no comment" };
  if (because === "nobody" || because === "moved") core.info(unheard(oneLine(text, 600)));
  else if (because === "fork") core.notice(oneLine(text, 600), properties);
  else core.warning(oneLine(`${text} It would have said: ${said}`, 1200), properties);
}

/** Why the run fails the step, in one sentence; null when it doesn't. */
export function failureReason(end: BenchEnd): string | null {
  if (end.exitCode === 0) return null;
  // Of a stack, what stands above it; all of it is in the summary.
  const { result } = end;
  const told = result?.exitDetail ?? (result === null ? null : comparisonSentence(result));
  const reason = end.error?.message.split(/\n\s+at /)[0] ?? told;
  return oneLine(reason ?? `inferrs-bench ended with exit code ${end.exitCode}.`, 1000);
}

const IN_SUMMARY = { place: "summary", unit: "bytes" } as const;
/** Of the summary, for what the history's branch adds below the report. */
const HISTORY_BYTES = 96 * 1024;

function summaryText(end: BenchEnd, reserved: number): string {
  const { result, history = null } = end;
  const budget = SUMMARY_LIMIT_BYTES - reserved;
  if (result !== null) return renderMarkdown(result, { ...IN_SUMMARY, budget, history });
  if (end.plan !== undefined) return `## inferrs-bench: the plan\n\n${asItIs(end.plan.text)}\n`;
  const said = end.error?.message ?? `exit code ${end.exitCode}`;
  return `## inferrs-bench failed\n\n${asItIs(said)}\n`;
}

/** Indented by four: shown as it is, whatever is in it. */
function asItIs(text: string): string {
  return plainLines(text).replace(/^/gm, "    ");
}

/** A check of its own, grey; where there can be none, a warning that says why. */
async function tellUntold(result: Result, { core, check = null }: PublishTarget): Promise<void> {
  const write = check === null || typeof check === "string" ? null : check;
  const end =
    write === null
      ? { kind: "skipped" as const, reason: typeof check === "string" ? check : null }
      : await tried(() => write(checkText(result)));
  if (end.kind !== "skipped") core.info(`Neutral check ${end.kind}: ${oneLine(end.url, 300)}`);
  else {
    const { message, title: heading } = untold(result, end.reason);
    core.warning(message, { title: heading });
  }
}

/** An earlier attempt at this commit may have left a check that says it couldn't tell. */
async function takeBack(result: Result, { core, check = null }: PublishTarget): Promise<void> {
  if (check === null || typeof check === "string") return;
  const end = await tried(() => check(checkText(result), true));
  if (end.kind === "updated")
    core.info(`Check of an earlier attempt updated: ${oneLine(end.url, 300)}`);
}

/** GitHub's limit for a check's summary is 65,535 characters. */
const CHECK = { budget: 60_000 };

function checkText(result: Result): CheckText {
  const title = oneLine(comparisonSentence(result) ?? "", 200);
  return { title, summary: renderMarkdown(result, CHECK) };
}

/** The summary is out by then: what the network brings comes below it. */
async function fromBranch({ core, history }: PublishTarget): Promise<HistoryReport | null> {
  if (!history) return null;
  try {
    const { kept, warnings } = await history();
    for (const text of warnings) core.warning(oneLine(text, 600), { title: HISTORY_TITLE });
    const report = historyReport(kept);
    const unwritten = await writeSummary(core.summary, `${historyMarkdown(report)}\n`);
    if (unwritten !== null) core.warning(`No history in the summary: ${oneLine(unwritten, 300)}`);
    return report;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    core.warning(`No history: inferrs-bench made a mistake (${oneLine(message, 300)})`);
    return null;
  }
}

const HISTORY_TITLE = "inferrs-bench: history";

/** Advice: a notice, never more. */
function tellOutside({ comparison }: HistoryReport, core: Publisher): void {
  const worse = comparison?.metrics.some(({ outside }) => outside === "worse") ?? false;
  if (!worse && (comparison?.newlyFailing.length ?? 0) === 0) return;
  core.notice(oneLine(comparison?.words.join(" ") ?? "", 900), { title: HISTORY_TITLE });
}

async function post(
  comment: NonNullable<PublishTarget["comment"]>,
  body: CommentBody,
  onlyUpdate: boolean,
): Promise<Written> {
  if (typeof comment === "string") return { kind: "skipped", reason: comment };
  return tried(() => comment(body, onlyUpdate));
}

/** A mistake in this program must not lose what is told after it. */
async function tried<T>(work: () => Promise<T>): Promise<T | { kind: "skipped"; reason: string }> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "skipped", reason: `inferrs-bench made a mistake (${message})` };
  }
}
