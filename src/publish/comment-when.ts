/** Whether a comment is written. Pure. */
import type { HistoryReport } from "../analyze/history/report.ts";
import type { CommentWhen } from "../inputs/action.ts";
import { bearsOnTrust } from "../report/trust.ts";
import type { Result } from "../result.ts";

/** `update`: only where there is one already, which would tell of another commit else. */
export type CommentDecision = "write" | "update" | "none";

export function commentDecision(when: CommentWhen, news: boolean): CommentDecision {
  if (when === "never") return "none";
  return when === "always" || news ? "write" : "update";
}

/**
 * Whether anybody would want to read it. Nothing to say has a comparison that found no regression,
 * where nothing newly fails and no warning bears on trust; a run without a comparison has figures to
 * tell.
 */
export function hasNews(result: Result, history: HistoryReport | null = null): boolean {
  const { comparison, verdict, status, exitReason, warnings } = result;
  if (comparison === null || verdict !== "no-regression") return true;
  if (status !== "complete" || exitReason !== "ok" || comparison.withheld !== null) return true;
  const fails = comparison.success.some(
    ({ state, failures }) =>
      state === "broken" || state === "confirm" || failures.head > failures.base,
  );
  const outside =
    history?.comparison?.metrics.some(({ outside }) => outside === "worse") === true ||
    (history?.comparison?.newlyFailing.length ?? 0) > 0;
  return fails || outside || warnings.some(bearsOnTrust);
}
