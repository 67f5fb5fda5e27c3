/** How it was measured, in a paragraph. Pure. */
import type { Result } from "../result.ts";

export function howMeasuredText(result: Result): string {
  const sources = new Set(result.cells.map((cell) => cell.tokens.outputSource));
  const calibrated = sources.has("calibrated")
    ? " The stream gives no token count: plain requests of the same body told it."
    : "";
  return `Times are from one monotonic clock and count from the request's first byte on a connected socket. A role-only chunk is no token. Each cell was probed twice, then measured in fresh engine starts with one discarded warm-up each, in shuffled rounds. The prompts of the rounds begin with different numbers of the same length, so that no prompt cache flatters them. Failed requests never enter a latency and always enter the count.${calibrated} Bytes with their times are in journal.jsonl; what each metric means is in docs/metrics.md.`;
}
