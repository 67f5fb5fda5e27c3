/** Memory or time by prompt length, as it was measured and as it is foretold. Pure. */
import { type Fit, fitMemory, fitTime, forecast } from "../../../analyze/fit/fit.ts";
import { gb, seconds } from "../../../analyze/fit/words.ts";
import type { FitTurn, ResultCell, VariantFit } from "../../../result.ts";
import { plain } from "../../escape.ts";
import type { Format } from "./axis.ts";

export interface CurvePoint {
  tokens: number;
  value: number;
  low: number;
  high: number;
}

/** A turn of this run at its prompt's length. */
export interface CurveTurn {
  name: string;
  tokens: number;
  /** Seen while it was served; null: it wasn't, or it isn't known. */
  measured: number | null;
  /** It was sent, and no cell that sent it passed: what was measured is what was seen until then. */
  failed: boolean;
  foretold: { value: number; low: number; high: number } | null;
}

/** All that one chart is made of. */
export interface CurveData {
  kind: "memory" | "time";
  format: Format;
  measured: { tokens: number; value: number }[];
  /** Prompts that were not answered; `value`: what was seen until then. */
  failed: { tokens: number; value: number | null; outcome: string }[];
  turns: CurveTurn[];
  limit: { value: number; label: string } | null;
  window: number | null;
  /** From here on it doesn't fit. */
  longest: VariantFit["longest"];
  /** The curve at so many tokens; null: nothing is foretold. */
  at: ((tokens: number) => CurvePoint) | null;
}

/** Null where the memory of no prompt is known. */
export function memoryCurve(fit: VariantFit, cells: readonly ResultCell[]): CurveData | null {
  const made = fit.memory === null ? null : fitMemory(answered(fit));
  const { memoryBytes } = fit.limits;
  return dataOf(fit, cells, made, {
    kind: "memory",
    format: gb,
    seenOf: ({ peakBytes }) => peakBytes,
    turnOf: ({ measuredBytes, memoryBytes }) => ({
      measured: measuredBytes,
      foretold: memoryBytes,
    }),
    limit: memoryBytes === null ? null : { value: memoryBytes, label: `limit: ${gb(memoryBytes)}` },
    limits: ["memory", "window", "observed"],
  });
}

/** Null where no prompt was answered in a known time. */
export function timeCurve(fit: VariantFit, cells: readonly ResultCell[]): CurveData | null {
  const made = fit.time === null ? null : fitTime(answered(fit));
  const { clientMs, clientFrom } = fit.limits;
  const whose = clientFrom === "config" ? "timeoutSeconds" : "client's default";
  return dataOf(fit, cells, made, {
    kind: "time",
    format: seconds,
    seenOf: ({ ms }) => ms,
    turnOf: ({ prefillMs }, sent) => ({
      measured: sent.find(passed)?.metrics.ttftMs?.median ?? null,
      foretold: prefillMs,
    }),
    limit:
      clientMs === null
        ? null
        : { value: clientMs, label: `the client gives up: ${seconds(clientMs)} (${whose})` },
    limits: ["time", "window", "observed"],
  });
}

type Prompt = VariantFit["points"][number];

interface Reading {
  kind: CurveData["kind"];
  format: Format;
  seenOf: (point: Prompt) => number | null;
  turnOf: (turn: FitTurn, sent: readonly ResultCell[]) => Pick<CurveTurn, "measured" | "foretold">;
  limit: CurveData["limit"];
  limits: NonNullable<VariantFit["longest"]>["limitedBy"][];
}

function dataOf(
  fit: VariantFit,
  cells: readonly ResultCell[],
  made: Fit | null,
  reading: Reading,
): CurveData | null {
  const { seenOf, turnOf, limits, ...rest } = reading;
  const measured = answered(fit).flatMap((point) => {
    const value = seenOf(point);
    return value === null ? [] : [{ tokens: point.promptTokens, value }];
  });
  if (measured.length === 0) return null;
  const failed = fit.points.flatMap((point) =>
    point.promptTokens === null || wasAnswered(point)
      ? []
      : [{ tokens: point.promptTokens, value: seenOf(point), outcome: point.outcome }],
  );
  const { longest } = fit;
  return {
    ...rest,
    measured,
    failed,
    turns: fit.turns.map((turn) => {
      const sent = cells.filter((cell) => sends(cell, fit.variant, turn));
      return {
        name: plain(turn.name),
        tokens: turn.promptTokens,
        failed: sent.length > 0 && !sent.some(passed),
        ...turnOf(turn, sent),
      };
    }),
    window: fit.limits.windowTokens,
    longest: longest !== null && limits.includes(longest.limitedBy) ? longest : null,
    at: made === null ? null : (tokens) => ({ tokens, ...forecast(made, tokens) }),
  };
}

const passed = ({ outcome }: ResultCell) => outcome.kind === "pass";

/** The cells whose longest prompt a turn's forecast is about. */
function sends(cell: ResultCell, variant: string, turn: FitTurn): boolean {
  return (
    cell.variant === variant &&
    cell.tokens.prompt === turn.promptTokens &&
    cell.requestBytes === turn.requestBytes
  );
}

/** What the fit was made of. */
function answered({ points }: VariantFit): (Prompt & { promptTokens: number })[] {
  return points.flatMap((point) =>
    point.promptTokens === null || !wasAnswered(point)
      ? []
      : [{ ...point, promptTokens: point.promptTokens }],
  );
}

function wasAnswered({ outcome }: Prompt): boolean {
  return outcome === "pass" || outcome === "empty-reply";
}
