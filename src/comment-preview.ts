/** `report DIR... --comment`: what would be posted, without posting it. */
import { merge } from "./analyze/merged/merged.ts";
import type { BenchHost } from "./end.ts";
import { commentMarker } from "./publish/comment.ts";
import { COMMENT_BUDGET } from "./report/markdown.ts";
import { renderMergedMarkdown } from "./report/merged-markdown.ts";
import type { Reported } from "./report/reported.ts";
import { unionContext } from "./union-context.ts";

/** The text to stdout, its size and what is not in it to stderr; no file is written. */
export function previewComment(reported: Reported, { stdout, stderr }: BenchHost): void {
  const text = renderMergedMarkdown(reported, {
    merged: merge(reported, unionContext()),
    marker: commentMarker("default"),
    place: "comment",
    earlier: { previous: null, commit: null },
  });
  stdout.write(text);
  const left = [...text.matchAll(/^_((?:Left out|Shortened)\b.*)_$/gm)].map(([, said]) => said);
  const size = `${text.length.toLocaleString("en")} characters of ${COMMENT_BUDGET.toLocaleString("en")} at most.`;
  stderr.write(`${[size, ...(left.length === 0 ? ["Nothing is left out."] : left)].join(" ")}\n`);
}
