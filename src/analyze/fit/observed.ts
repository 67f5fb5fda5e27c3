/** What was seen of long prompts, which counts more than any curve. Pure. */
import type { Look } from "../../journal/state.ts";
import type { FitTurn, OutcomeKind, VariantFit } from "../../result.ts";
import { diedOfMemory, wasRead } from "./looks.ts";

/** Failures that a prompt's length may bring about; the others are about its form. */
const FAILURES: readonly OutcomeKind[] = [
  "out-of-memory",
  "engine-crashed",
  "engine-hung",
  "timeout",
  "client-timeout",
  "stream-truncated",
];

/**
 * What became of a turn, by the outcomes of all the cells that sent it: where one passed, it can be
 * done.
 * @returns null where it was not sent, or failed for another reason than its length may be
 */
export function seenOf(outcomes: readonly OutcomeKind[]): OutcomeKind | null {
  if (outcomes.includes("pass")) return "pass";
  return outcomes.find((kind) => FAILURES.includes(kind)) ?? null;
}

/** Of a turn that was sent and failed: how; null for any other. */
export function failedAs({ seen }: Pick<FitTurn, "seen">): OutcomeKind | null {
  return seen == null || seen === "pass" ? null : seen;
}

/** The longest prompt that was answered, and the shortest above it that was not. */
export function observedOf(
  looks: readonly Look[],
  turns: readonly Pick<FitTurn, "name" | "promptTokens" | "seen">[],
): NonNullable<VariantFit["observed"]> {
  const answered = [
    ...looks.flatMap((look) => (wasRead(look) ? [look.promptTokens ?? 0] : [])),
    ...turns.flatMap(({ seen, promptTokens }) => (seen === "pass" ? [promptTokens] : [])),
  ];
  const answeredTokens = Math.max(0, ...answered);
  const failed = [
    ...looks.flatMap(({ finding, promptTokens, rung }) =>
      FAILURES.includes(finding.kind)
        ? [{ name: null, promptTokens: promptTokens ?? rung, outcome: finding.kind }]
        : [],
    ),
    ...turns.flatMap((turn) => {
      const outcome = failedAs(turn);
      return outcome === null
        ? []
        : [{ name: turn.name, promptTokens: turn.promptTokens, outcome }];
    }),
  ].filter(({ promptTokens }) => promptTokens > answeredTokens);
  const [first = null] = failed.toSorted((a, b) => a.promptTokens - b.promptTokens);
  return { answeredTokens, failed: first };
}

/**
 * The longest prompt as foretold, within what was seen: never as long as one that failed, never
 * shorter than one that was answered.
 */
export function withinSeen(
  foretold: VariantFit["longest"],
  { answeredTokens, failed }: NonNullable<VariantFit["observed"]>,
  looks: readonly Look[],
): VariantFit["longest"] {
  const longest =
    foretold?.limitedBy === "memory" && foretold.tokens < answeredTokens
      ? {
          ...foretold,
          tokens: answeredTokens,
          low: answeredTokens,
          high: Math.max(foretold.high, answeredTokens),
        }
      : foretold;
  if (failed === null) return longest;
  const most = failed.promptTokens - 1;
  if (longest !== null && longest.tokens <= most) {
    return { ...longest, high: Math.min(longest.high, most) };
  }
  // A ladder's prompt that was killed for memory tells the limit itself.
  const limitedBy = failed.name === null && looks.some(diedOfMemory) ? "memory" : "observed";
  return { tokens: answeredTokens, low: answeredTokens, high: most, limitedBy };
}
