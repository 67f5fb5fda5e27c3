/** What the fit says, in words. Pure. */
import type { FitTurn, OutcomeKind, VariantFit } from "../../result.ts";
import { failedAs } from "./observed.ts";

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
  observed: "by what was seen to fail",
};

/** What a prompt did to the engine, after `a turn of 14,388 tokens`. */
function did(outcome: OutcomeKind): string {
  if (outcome === "engine-hung") return "hung the engine";
  if (outcome === "stream-truncated") return "broke off before its answer was complete";
  if (outcome.endsWith("timeout")) return "got no answer in time";
  return "took the engine down";
}

/** The same in a cell of a table. */
export function failedHere(outcome: OutcomeKind): string {
  if (outcome === "engine-hung") return "hung here";
  if (outcome === "stream-truncated") return "broke off here";
  return outcome.endsWith("timeout") ? "too late here" : "died here";
}

/** `1.5 s`; of what is only known to be shorter, `under 1.5 s`. */
export function readIn({ value, low }: { value: number; low: number }): string {
  return low === 0 ? `under ${seconds(value)}` : seconds(value);
}

/** `An OpenClaw turn … would need about 30 GB and you have 16 GB.` */
export function turnSentence(
  turn: Omit<FitTurn, "sentence">,
  limits: VariantFit["limits"],
): string {
  const { name, memoryBytes, prefillMs, fitsHere, fitsTime } = turn;
  const tokens = `${turn.tokensSource === "estimated" ? "about " : ""}${thousands(turn.promptTokens)} tokens`;
  const what = `${name} (${tokens})`;
  const room = limits.memoryBytes === null ? null : gb(limits.memoryBytes);
  const failed = failedAs(turn);
  if (failed !== null) {
    const curve =
      memoryBytes === null || room === null
        ? ""
        : turn.fitsIn.length === 0
          ? `, though the curve says about ${withInterval(memoryBytes, gb)} of ${room}`
          : `: it would need about ${withInterval(memoryBytes, gb)} and there is ${room}`;
    return `${what} ${did(failed)} here (${failed})${curve}.`;
  }
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
    const time = prefillMs.low === 0 ? readIn(prefillMs) : `about ${readIn(prefillMs)}`;
    const takes = `${would ? "would be" : "is"} read in ${time}`;
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
  fit: Pick<VariantFit, "longest" | "observed" | "memory" | "turns">,
): string | null {
  const heaviest = fit.turns.reduce<FitTurn | null>(
    (most, turn) => (turn.promptTokens > (most?.promptTokens ?? -1) ? turn : most),
    null,
  );
  // A turn that set the limit was told of with it.
  const told =
    fit.longest?.limitedBy === "observed" && heaviest?.name === fit.observed?.failed?.name;
  const parts = [
    longestSentence(fit),
    told || heaviest === null || heaviest.sentence.endsWith("nothing can be foretold.")
      ? null
      : heaviest.sentence,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" ");
}

function longestSentence({
  longest,
  observed,
  memory,
}: Pick<VariantFit, "longest" | "observed" | "memory">): string | null {
  if (longest === null) return null;
  const failed = observed?.failed ?? null;
  if (longest.limitedBy === "observed" && failed !== null) {
    const what = failed.name === null ? "one" : failed.name;
    const answered =
      longest.tokens === 0
        ? "No prompt was answered"
        : `This machine answered prompts of up to ${thousands(longest.tokens)} tokens`;
    return `${answered}; ${what} of ${thousands(failed.promptTokens)} ${did(failed.outcome)}.`;
  }
  if (longest.limitedBy === "window" && memory === null) {
    return `The context window ends at ${thousands(longest.tokens)} tokens; what memory a prompt needs is not known.`;
  }
  const tokens =
    longest.limitedBy === "window" ? thousands(longest.tokens) : `about ${about(longest.tokens)}`;
  return `This machine takes prompts up to ${tokens} tokens${spread(longest)}, limited ${LIMITED_BY[longest.limitedBy]}.`;
}

/** Where nothing limits them at the upper end. */
const FAR = 1_000_000;

function spread({ low, high }: { low: number; high: number }): string {
  if (high >= FAR) return ` (at least ${about(low)})`;
  const text = interval({ low, high }, about);
  return low === high ? "" : ` (${text})`;
}
