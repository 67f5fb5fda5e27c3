/** What the fit says, in words. Pure. */
import type { FitTurn, VariantFit } from "../../result.ts";

/** Two figures are as many as a forecast is worth: `30 GB`, `7.8 GB`, `310 MB`. */
export function gb(bytes: number): string {
  return bytes < 0.995e9 ? `${twoFigures(bytes / 1e6)} MB` : `${twoFigures(bytes / 1e9)} GB`;
}

function twoFigures(value: number): number {
  return value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2));
}

/** `23,030`. */
export function thousands(tokens: number): string {
  return Math.round(tokens).toLocaleString("en-US");
}

/** Tokens to two or three figures: `9,800`, `13,200`. */
export function about(tokens: number): string {
  return thousands(Number(tokens.toPrecision(tokens < 10_000 ? 2 : 3)));
}

/** `25 to 33 GB`. */
export function interval(
  { low, high }: { low: number; high: number },
  shown: (value: number) => string,
): string {
  const [from, to] = [shown(low), shown(high)];
  const unit = / \D+$/.exec(to)?.[0] ?? "";
  if (from === to) return to;
  return from.endsWith(unit)
    ? `${from.slice(0, from.length - unit.length)} to ${to}`
    : `${from} to ${to}`;
}

/** `30 GB (25 to 33 GB)`; without an interval that would not show. */
export function withInterval(
  figure: { value: number; low: number; high: number },
  shown: (value: number) => string,
): string {
  const span = interval(figure, shown);
  return span === shown(figure.value) ? span : `${shown(figure.value)} (${span})`;
}

/** `33 min`, `138 s`, `4.2 s`, `310 ms`. */
export function seconds(ms: number): string {
  if (ms >= 600_000) return `${twoFigures(ms / 60_000)} min`;
  return ms < 995 ? `${twoFigures(ms)} ms` : `${twoFigures(ms / 1000)} s`;
}

export const LIMITED_BY = {
  memory: "by memory",
  window: "by the context window",
  time: "by the client's time limit",
};

/** `An OpenClaw turn … would need about 30 GB and you have 16 GB.` */
export function turnSentence(
  turn: Omit<FitTurn, "sentence">,
  limits: VariantFit["limits"],
): string {
  const { name, memoryBytes, prefillMs, fitsHere, fitsTime } = turn;
  const tokens = `${turn.tokensSource === "estimated" ? "about " : ""}${thousands(turn.promptTokens)} tokens`;
  const what = `${name} (${tokens})`;
  const room = limits.memoryBytes === null ? null : gb(limits.memoryBytes);
  const parts: string[] = [];
  if (memoryBytes !== null && room !== null) {
    const need = `about ${withInterval(memoryBytes, gb)}`;
    if (fitsHere === "no") parts.push(`would need ${need} and there is ${room}`);
    else if (fitsHere === "yes") parts.push(`needs ${need} and fits in ${room}`);
    else parts.push(`needs ${need}: whether that fits in ${room} can't be told`);
  }
  if (turn.fitsWindow === false) {
    parts.push(`is longer than the window of ${thousands(limits.windowTokens ?? 0)} tokens`);
  }
  if (prefillMs !== null) {
    const would = fitsHere === "no" || turn.fitsWindow === false;
    const takes = `${would ? "would be" : "is"} read in about ${seconds(prefillMs.value)}`;
    const limit = limits.clientMs === null ? null : seconds(limits.clientMs);
    if (limit === null || fitsTime === null || fitsTime === "yes") parts.push(takes);
    else parts.push(`${takes}, and the client may give up after ${limit}`);
  }
  return parts.length === 0 ? `${what}: nothing can be foretold.` : `${what} ${listed(parts)}.`;
}

function listed(parts: string[]): string {
  return parts.length < 2
    ? (parts[0] ?? "")
    : `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;
}

/** The longest prompt, then the turn that matters most. */
export function fitSentence(
  longest: VariantFit["longest"],
  turns: readonly FitTurn[],
): string | null {
  const heaviest = turns.reduce<FitTurn | null>(
    (most, turn) => (turn.promptTokens > (most?.promptTokens ?? -1) ? turn : most),
    null,
  );
  const parts = [
    longest === null
      ? null
      : `This machine takes prompts up to ${longest.limitedBy === "window" ? thousands(longest.tokens) : `about ${about(longest.tokens)}`} tokens${spread(longest)}, limited ${LIMITED_BY[longest.limitedBy]}.`,
    heaviest === null || heaviest.sentence.endsWith("nothing can be foretold.")
      ? null
      : heaviest.sentence,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" ");
}

/** Where nothing limits them at the upper end. */
const FAR = 1_000_000;

function spread({ low, high }: { low: number; high: number }): string {
  if (high >= FAR) return ` (at least ${about(low)})`;
  const text = interval({ low, high }, about);
  return low === high ? "" : ` (${text})`;
}
