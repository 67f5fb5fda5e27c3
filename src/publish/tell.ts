/** Tells one run or several to the workflow: what needs no network first, the comment last. */
import { type Merged, merge } from "../analyze/merged/merged.ts";
import { renderMergedMarkdown } from "../report/merged-markdown.ts";
import { mergedHead } from "../report/merged-words.ts";
import type { Reported } from "../report/reported.ts";
import { unionContext } from "../union-context.ts";
import { hasNews } from "./comment-when.ts";
import { mergedAnnotations } from "./merged-annotations.ts";
import { mergedOutputs } from "./merged-outputs.ts";
import { announce, apart, type CommentTarget, tellPullRequest } from "./publish.ts";
import { SUMMARY_LIMIT_BYTES } from "./summary.ts";

export interface TellTarget extends CommentTarget {
  /** What they come to; absent: it is computed. */
  merged?: Merged;
  /** What was written, for the outputs; absent: nothing. */
  files?: { name: string; path: string }[];
}

/**
 * Summary, outputs, annotations and comment of what is reported. Never throws and never fails the job:
 * what could not be told is a warning.
 */
export async function tellReported(reported: Reported, target: TellTarget): Promise<void> {
  const { core, files = [] } = target;
  const merged = target.merged ?? merge(reported, unionContext());
  await announce(core, {
    outputs: () => mergedOutputs({ reported, merged, files }),
    summary: () =>
      renderMergedMarkdown(reported, { merged, place: "summary", budget: SUMMARY_BUDGET }),
    annotations: () => mergedAnnotations(reported, merged),
  });
  await apart(core, "comment", () =>
    tellPullRequest(
      {
        news: isNews(reported, merged),
        body: (of) => renderMergedMarkdown(reported, { ...of, merged, place: "comment" }),
        said: mergedHead(reported, merged).sentence,
      },
      target,
    ),
  );
}

/** Its limit is one of bytes; a character has three at most. */
const SUMMARY_BUDGET = Math.floor(SUMMARY_LIMIT_BYTES / 3);

/** Whether anybody would want to read it: what nobody reported is news, too. */
export function isNews({ runs, missing }: Reported, { exitReason }: Merged): boolean {
  const any = runs.some(({ result, history }) => hasNews(result, history));
  return missing.length > 0 || exitReason !== "ok" || any;
}
