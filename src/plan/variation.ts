/**
 * Prompts differ from round to round, so that no cache of an earlier one flatters the time to the
 * first token. They differ by a number of six digits at their very beginning, which costs the same
 * tokens each time: tokenizers take digits one by one (Gemma, Qwen) or in threes (Llama 3, GPT-4).
 */

/** Probes and the plain requests that belong to them send one and the same prompt. */
export const PROBE_VARIATION = 0;
const WARMUP_VARIATION = 1;
const FIRST_ROUND = 2;
/** Long runs use the prompts again; by then no cache holds the first. */
const ROUNDS_APART = 64;
/** Turns that are in flight together differ too. */
const TURN_STEP = 1000;

/** Which prompt an attempt sends; the same for every variant and every start. */
export function variationOf(phase: "probe" | "warmup" | "measure", round: number): number {
  if (phase === "probe") return PROBE_VARIATION;
  return phase === "warmup" ? WARMUP_VARIATION : FIRST_ROUND + (round % ROUNDS_APART);
}

/** Of a burst: the prompt of its n-th turn. */
export function variationOfTurn(variation: number, turn: number): number {
  return variation + TURN_STEP * turn;
}

/** What stands at the beginning of the first message: `[482913] `. */
export function markOf(variation: number, seed: number): string {
  // 7919 has no factor in common with 900,000: no two variations below it share a number.
  const number = 100_000 + ((variation * 7919 + seed * 104_729) % 900_000);
  return `[${number}] `;
}
