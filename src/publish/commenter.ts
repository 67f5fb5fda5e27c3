/** Binds the comment to the event: which pull request, with which token. */
import type { context as ActionsContext, getOctokit } from "@actions/github";
import { upsertComment } from "./comment.ts";
import { pullRequestOf } from "./pull-request.ts";
import type { Written } from "./written.ts";

export interface CommenterSetting {
  context: Pick<typeof ActionsContext, "payload" | "eventName" | "repo">;
  /** From @actions/github: honours GITHUB_API_URL and the runner's proxy. */
  getOctokit: typeof getOctokit;
  token: string;
  commentId: string;
  signal: AbortSignal;
}

/** A function that posts a body, or why there can be no comment. Asks nothing of the network. */
export function commenter(
  setting: CommenterSetting,
): ((body: string) => Promise<Written>) | string {
  const { context, token, commentId, signal } = setting;
  const pull = pullRequestOf(context.payload, context.eventName);
  if (pull.kind === "none") return pull.reason;
  if (token === "") return "the input github-token is empty";
  return async (body) => {
    if (signal.aborted) return { kind: "skipped", reason: "the run was interrupted" };
    return upsertComment({
      octokit: setting.getOctokit(token),
      owner: context.repo.owner,
      repo: context.repo.repo,
      pullNumber: pull.number,
      fork: pull.fork,
      commentId,
      body,
      signal,
    });
  };
}
