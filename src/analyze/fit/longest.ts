/** The longest prompt that memory, window and time allow. Pure. */
import { type Fit, type Forecast, forecast } from "./fit.ts";

export interface Limits {
  /** What the engine may use. */
  limitBytes: number | null;
  windowTokens: number | null;
  /** How long a prompt may take to be read. */
  timeLimitMs: number | null;
}

export interface Longest {
  tokens: number;
  low: number;
  high: number;
  limitedBy: "memory" | "window" | "time";
}

/** Beyond this nobody's prompts go. */
const FAR = 2 ** 20;

/**
 * The least of what the limits allow, with its interval.
 * @returns null when nothing that is known limits a prompt of up to a million tokens, or nothing was
 * fitted: the window alone doesn't say what a machine can do
 */
export function longestPrompt(
  { memory, time }: { memory: Fit | null; time: Fit | null },
  { limitBytes, windowTokens, timeLimitMs }: Limits,
): Longest | null {
  if (memory === null && time === null) return null;
  const each: Longest[] = [];
  if (windowTokens !== null) {
    each.push({ tokens: windowTokens, low: windowTokens, high: windowTokens, limitedBy: "window" });
  }
  if (memory !== null && limitBytes !== null) {
    each.push({ ...within(memory, limitBytes), limitedBy: "memory" });
  }
  if (time !== null && timeLimitMs !== null) {
    each.push({ ...within(time, timeLimitMs), limitedBy: "time" });
  }
  const [least] = each.toSorted((a, b) => a.tokens - b.tokens);
  if (least === undefined || least.tokens >= FAR) return null;
  return {
    ...least,
    low: Math.min(...each.map(({ low }) => low)),
    high: Math.min(...each.map(({ high }) => high)),
  };
}

function within(fit: Fit, limit: number): { tokens: number; low: number; high: number } {
  const until = (part: keyof Forecast) => {
    let fits = 0;
    let breaks = FAR;
    if (forecast(fit, FAR)[part] <= limit) return FAR;
    while (breaks - fits > 1 && breaks - fits > fits / 500) {
      const middle = Math.floor((fits + breaks) / 2);
      if (forecast(fit, middle)[part] <= limit) fits = middle;
      else breaks = middle;
    }
    return fits;
  };
  // The forecast's upper bound reaches the limit first.
  return { tokens: until("value"), low: until("high"), high: until("low") };
}
