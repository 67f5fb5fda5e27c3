/** The comment of another run's results: rendered here, and it says whose word it is. */
import type { Merged } from "../../analyze/merged/merged.ts";
import { renderMergedMarkdown } from "../../report/merged-markdown.ts";
import type { Reported } from "../../report/reported.ts";

export interface BodyFacts {
  /** What they come to. */
  merged: Merged;
  marker: string;
  /** The run that reported it. */
  runUrl: string;
  sha: string;
  /** The comment that is there; null: none is. */
  previous: string | null;
}

/**
 * Below GitHub's limit, whatever was reported.
 * @param reported what was accepted, with what could be copied taken out
 */
export function bodyOf(reported: Reported, facts: BodyFacts): string {
  const { merged, marker, runUrl, sha, previous } = facts;
  const whose = `> **Reported by [the pull request's own run](${runUrl})** at ${sha.slice(0, 10)}: its figures are the word of that run, and whoever wrote the pull request could have written them. Only their form was checked here.`;
  const earlier = { previous, commit: sha };
  return renderMergedMarkdown(reported, {
    ...{ merged, marker, place: "comment", belowHeading: whose, earlier },
  });
}
