/** Where a turn's time goes, from what was measured: of the real client, or of our own requests. Pure. */
import { median } from "../../../analyze/statistics.ts";
import type { Metric, MetricName, ResultCell } from "../../../result.ts";

export interface TurnPart {
  label: string;
  className: string;
  ms: number;
}

export interface TakenApart {
  parts: TurnPart[];
  /** OpenClaw took the turn; else there is no part of the client or of tools. */
  real: boolean;
  /** Median of the whole turn, and its fastest and slowest. */
  turnMs: number;
  range: [number, number];
}

/** In the order in which they come in a turn. */
const REAL: readonly [MetricName, string, string][] = [
  ["clientBeforeMs", "OpenClaw before", "series-1"],
  ["modelPrefillMs", "queue and prefill", "series-2"],
  ["modelDecodeMs", "decode", "series-3"],
  ["modelRestMs", "end of stream", "series-6"],
  ["toolsMs", "tools between calls", "series-5"],
  ["clientAfterMs", "OpenClaw after", "series-4"],
  ["unattributedMs", "unattributed", "muted"],
];

/** Null where the turn wasn't measured, or nothing tells its parts. */
export function takenApart({ metrics }: ResultCell): TakenApart | null {
  const { turnMs } = metrics;
  if (turnMs === undefined) return null;
  const real = realParts(metrics);
  const parts = real ?? scriptedParts(metrics);
  if (parts === null) return null;
  const shown = parts.filter(({ ms }) => Number.isFinite(ms) && ms > 0);
  if (shown.length === 0) return null;
  return {
    parts: shown,
    real: real !== null,
    turnMs: turnMs.median,
    range: [turnMs.min, turnMs.max],
  };
}

function realParts(metrics: ResultCell["metrics"]): TurnPart[] | null {
  if (metrics.clientBeforeMs === undefined) return null;
  return REAL.map(([metric, label, className]) => ({
    label,
    className,
    ms: metrics[metric]?.median ?? 0,
  }));
}

/** Our own requests: the first call by its moments, and all that came after it. */
function scriptedParts(metrics: ResultCell["metrics"]): TurnPart[] | null {
  const { ttftMs, e2eMs, totalMs, turnMs } = metrics;
  if (ttftMs === undefined || e2eMs === undefined || totalMs === undefined) return null;
  return [
    { label: "queue and prefill", className: "series-2", ms: ttftMs.median },
    { label: "decode", className: "series-3", ms: between(ttftMs, e2eMs) },
    { label: "end of stream", className: "series-6", ms: between(e2eMs, totalMs) },
    { label: "later calls", className: "series-5", ms: between(totalMs, turnMs) },
  ];
}

/** Median over the rounds of what lies between two moments; of unlike rounds that of the medians. */
function between(from: Metric, to: Metric | undefined): number {
  if (to === undefined) return 0;
  const alike =
    from.samples.length === to.samples.length &&
    from.samples.every(({ start, round }, index) => {
      const other = to.samples[index];
      return other?.start === start && other.round === round;
    });
  if (!alike || from.samples.length === 0) return Math.max(0, to.median - from.median);
  const spans = from.samples.map(({ value }, index) => (to.samples[index]?.value ?? 0) - value);
  return Math.max(0, median(spans));
}
