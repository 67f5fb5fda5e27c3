/** The comment of another run's results: rendered here, and it says whose word it is. Pure. */
import { clip, md } from "../../report/escape.ts";
import { renderMarkdown } from "../../report/markdown.ts";
import type { Reported } from "../../report/reported.ts";

/** GitHub's limit is 65,536 characters; the marker and what is said first need room. */
const BUDGET = 62_000;
const LIMIT = 65_400;

export interface BodyFacts {
  /** The run that reported it. */
  runUrl: string;
  sha: string;
}

/**
 * @param reported what was accepted, with what could be copied taken out
 * @returns null when it is too long even without all that can be left out
 */
export function bodyOf({ runs, missing }: Reported, { runUrl, sha }: BodyFacts): string | null {
  const share = Math.floor(BUDGET / Math.max(1, runs.length));
  const texts = runs.map(({ name, result, history }) => {
    const heading = runs.length === 1 ? {} : { heading: `inferrs-bench, ${clip(name, 60)}` };
    return renderMarkdown(result, { ...heading, history, budget: share });
  });
  const whose = `> **Reported by [the pull request's own run](${runUrl})** at ${sha.slice(0, 10)}: its figures are the word of that run, and whoever wrote the pull request could have written them. Only their form was checked here.`;
  const lost = missing.map(({ name, why }) => `- ${md(clip(name, 60))}: ${md(clip(why, 300))}`);
  const [first = "", ...rest] = texts;
  // The first words are the verdict's; then whose they are.
  const end = first.indexOf("\n\n");
  const head = end === -1 ? first : first.slice(0, end);
  const body = [
    head.trimEnd(),
    whose,
    ...(lost.length === 0 ? [] : [`Not shown:\n\n${lost.join("\n")}`]),
    first.slice(head.length).trim(),
    ...rest.map((text) => text.trim()),
  ].join("\n\n");
  return body.length > LIMIT ? null : `${body}\n`;
}
