/** Binds the check to the event: at which commit, with which token. */
import { type CheckText, neutralCheck } from "./check.ts";
import type { CommenterSetting } from "./commenter.ts";
import { headCommitOf, pullRequestOf } from "./pull-request.ts";
import type { Written } from "./written.ts";

export interface CheckerSetting extends Omit<CommenterSetting, "context" | "commentId"> {
  context: CommenterSetting["context"] & { sha: string };
  /** The comment's id: jobs that comment apart are checked apart. */
  id: string;
}

/** A function that writes the neutral check, or why there can be none. Asks nothing of the network. */
export function checker(
  setting: CheckerSetting,
): ((text: CheckText, onlyUpdate?: boolean) => Promise<Written>) | string {
  const { context, token, id, signal } = setting;
  if (token === "") return "the input github-token is empty";
  const pull = pullRequestOf(context);
  const sha = headCommitOf(context);
  if (sha === null) return "the event doesn't say which commit was measured";
  return async (text, onlyUpdate = false) => {
    if (signal.aborted) return { kind: "skipped", reason: "the run was interrupted" };
    return neutralCheck({
      octokit: setting.getOctokit(token),
      owner: context.repo.owner,
      repo: context.repo.repo,
      sha,
      fork: pull.kind === "found" && pull.fork,
      id,
      signal,
      onlyUpdate,
      ...text,
    });
  };
}
