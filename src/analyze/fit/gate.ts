/** Which prompts are not sent, because the fit says that there is no room for them. Pure. */
import type { CellState, Look, RunState } from "../../journal/state.ts";
import { isAttached } from "../../plan/types.ts";
import { forecast } from "./fit.ts";
import { pointsOf, roomBytes, tokensIn } from "./looks.ts";
import { gb, thousands, withInterval } from "./words.ts";

/**
 * Why a cell that wasn't asked yet must not be. An engine of our own is guarded, so its prompts are
 * held back only where the forecast itself is above what there is; on somebody's running server
 * nothing is sent that might be.
 * @returns null when it may be sent
 */
export function refusal(state: RunState, cell: CellState): { evidence: string } | null {
  const { requestBytes, variant } = cell.spec;
  if (requestBytes === undefined || cell.attempts.length > 0) return null;
  return tooLarge(state, variant, requestBytes);
}

/** Why a prompt of so many bytes must not be sent; null when it may. */
export function tooLarge(
  state: RunState,
  name: string,
  bytes: number,
): { evidence: string } | null {
  const { plan } = state;
  const variant = state.variants.get(name);
  const spec = plan.variants.find((each) => each.name === name);
  if (variant === undefined || spec === undefined) return null;
  if (plan.look?.untilItBreaks === true) return null;
  const room = roomBytes(state, variant.looks);
  if (room === null) return null;
  const tokens = tokensIn(variant.looks, bytes);
  const { memory } = variant.fits;
  if (memory === null) {
    const least = straightOn(variant.looks, tokens.value);
    if (least === null || least <= room) return null;
    const evidence = `needs about ${gb(least)} or more for about ${thousands(tokens.value)} prompt tokens, limit ${gb(room)}`;
    return { evidence };
  }
  const central = forecast(memory, tokens.value);
  const deciding = isAttached(spec) ? forecast(memory, tokens.high).high : central.value;
  if (deciding <= room) return null;
  const evidence = `needs about ${withInterval(central, gb)} for about ${thousands(tokens.value)} prompt tokens, limit ${gb(room)}`;
  return { evidence };
}

/** Two prompts are too few for a fit; what it takes at least is that it goes on growing so. */
function straightOn(looks: readonly Look[], tokens: number): number | null {
  const known = pointsOf(looks).flatMap(({ promptTokens, peakBytes }) =>
    peakBytes === null ? [] : [{ promptTokens, peakBytes }],
  );
  const [before, last] = known.slice(-2);
  if (before === undefined || last === undefined || last.promptTokens <= before.promptTokens) {
    return null;
  }
  const each = (last.peakBytes - before.peakBytes) / (last.promptTokens - before.promptTokens);
  return last.peakBytes + Math.max(0, each) * (tokens - last.promptTokens);
}
