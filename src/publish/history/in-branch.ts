/** A run beside the runs of a branch, and into it where the event may: bound as the comment is. */
import type { context as ActionsContext, getOctokit } from "@actions/github";
import { toHistoryLine } from "../../analyze/history/from-result.ts";
import { type KeptHistory, keptHistory, whyNotKept } from "../../analyze/history/report.ts";
import type { Result } from "../../result.ts";
import type { RetryLimits } from "../github-retry.ts";
import { appendToBranch, type BranchRequest, readBranch } from "./branch.ts";
import { commitOf, defaultBranchOf, whyNotAppended } from "./may-append.ts";

export interface BranchHistorySetting {
  context: Pick<typeof ActionsContext, "payload" | "eventName" | "ref" | "sha" | "repo">;
  /** From @actions/github: honours GITHUB_API_URL and the runner's proxy. */
  getOctokit: typeof getOctokit;
  token: string;
  branch: string;
  keep: { nowMs: number; days: number };
  signal: AbortSignal;
  limits?: Partial<RetryLimits>;
}

export interface BranchKept {
  kept: KeptHistory;
  /** What the user has to mend, a sentence each. */
  warnings: string[];
}

/** Never throws for what GitHub says: the run goes on, and it is told. */
export async function keepInBranch(
  result: Result,
  setting: BranchHistorySetting,
): Promise<BranchKept> {
  const { context, branch, token, keep, signal, limits } = setting;
  const { payload, eventName, ref, sha, repo } = context;
  const commit = commitOf(payload, sha);
  const line = toHistoryLine(result, { commit, at: result.startedAt });
  const unread = (reason: string): BranchKept => {
    const text = `The history in the branch ${branch} could not be read: ${reason}.`;
    return { kept: keptHistory(line, null, [text]), warnings: [text] };
  };
  if (token === "") return unread("the input github-token is empty");
  if (branch === defaultBranchOf(payload)) {
    return unread("it is the default branch, to which nothing is ever written; name another one");
  }
  const request: BranchRequest = {
    octokit: setting.getOctokit(token),
    ...repo,
    branch,
    keep,
    signal,
    limits,
  };
  const read = await readBranch(request, line.key);
  if (read.kind === "refused") return unread(read.reason);
  const told: string[] = [];
  if (read.skipped > 0) told.push(`${read.skipped} lines in the branch could not be read.`);
  const refusal = whyNotAppended({ event: eventName, ref, payload });
  const why = whyNotKept(result.status, line) ?? (refusal && `Not added: ${refusal}.`);
  if (why !== null) return { kept: keptHistory(line, read.lines, [...told, why]), warnings: [] };
  const added = await appendToBranch(request, line);
  if (added.kind !== "refused") {
    told.push(`Added to the branch ${branch}.`);
    return { kept: keptHistory(line, read.lines, told), warnings: [] };
  }
  const text = `The run could not be added to the history in the branch ${branch}: ${added.reason}.`;
  return { kept: keptHistory(line, read.lines, [...told, text]), warnings: [text] };
}
