/** The figures of one run in a line: those of the recommended combination. Pure. */
import { recommendedCells } from "../analyze/recommended-cells.ts";
import type { MetricName, Result } from "../result.ts";

export interface Headline {
  ttftMs: number | null;
  decodeTokensPerSecond: number | null;
  prefillTokensPerSecond: number | null;
  turnMs: number | null;
  toolCallMs: number | null;
  peakMemoryBytes: number | null;
}

/** What a user of an agent feels first. Other scenarios follow in the order of the result. */
const SCENARIO_ORDER = ["agent-turn", "agent-tools", "chat-long", "prompt-cache", "chat", "smoke"];

/**
 * Medians of the recommended combination, each from the first scenario (an agent turn before a
 * chat) that has the metric; in a comparison those of `head`. Null where nothing was recommended or
 * nothing measured.
 */
export function headline(result: Result): Headline {
  const cells = recommendedCells(result).sort((a, b) => rank(a.scenario) - rank(b.scenario));
  const median = (name: MetricName): number | null =>
    cells.find((cell) => cell.metrics[name] !== undefined)?.metrics[name]?.median ?? null;
  const peaks = cells.flatMap((cell) => (cell.peakMemory === null ? [] : [cell.peakMemory.bytes]));
  return {
    ttftMs: median("ttftMs"),
    decodeTokensPerSecond: median("decodeTokensPerSecond"),
    prefillTokensPerSecond: median("prefillTokensPerSecond"),
    turnMs: median("turnMs"),
    toolCallMs: median("toolCallMs"),
    peakMemoryBytes: peaks.length === 0 ? null : Math.max(...peaks),
  };
}

function rank(scenario: string): number {
  const place = SCENARIO_ORDER.indexOf(scenario);
  return place === -1 ? SCENARIO_ORDER.length : place;
}
