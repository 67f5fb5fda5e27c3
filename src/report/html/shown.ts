/** The figures by which cells are compared in the page: one is shown at a time. */
import type { ResultCell } from "../../result.ts";
import { bytes, ms, rate, tokensPerSecond } from "../format.ts";
import { median } from "../summary.ts";

export interface ShownMetric {
  id: "turn" | "ttft" | "prefill" | "decode" | "memory";
  title: string;
  better: "lower" | "higher";
  of: (cell: ResultCell | undefined) => number | null;
  show: (value: number | null) => string;
  /** Of figures under a heading that names the unit. */
  column: { title: string; show: (value: number | null) => string };
}

export const SHOWN: readonly ShownMetric[] = [
  {
    id: "turn",
    title: "Turn",
    better: "lower",
    of: (cell) => median(cell, "turnMs"),
    show: ms,
    column: { title: "Turn", show: ms },
  },
  {
    id: "ttft",
    title: "TTFT",
    better: "lower",
    of: (cell) => median(cell, "ttftMs"),
    show: ms,
    column: { title: "TTFT", show: ms },
  },
  {
    id: "prefill",
    title: "Prefill",
    better: "higher",
    of: (cell) => median(cell, "prefillTokensPerSecond"),
    show: tokensPerSecond,
    column: { title: "Prefill, tok/s", show: rate },
  },
  {
    id: "decode",
    title: "Decode",
    better: "higher",
    of: (cell) => median(cell, "decodeTokensPerSecond"),
    show: tokensPerSecond,
    column: { title: "Decode, tok/s", show: rate },
  },
  {
    id: "memory",
    title: "Memory",
    better: "lower",
    of: (cell) => cell?.peakMemory?.bytes ?? cell?.peakVramBytes ?? null,
    show: bytes,
    column: { title: "Memory", show: bytes },
  },
];

/** What lies so near is as good: medians of a few rounds differ by as much without a reason. */
const AS_GOOD = 1.05;

/** By how much worse than the best a figure of each shade is at most; the last has no bound. */
const SHADES = [AS_GOOD, 1.2, 1.5, 2.5];

export interface Heat {
  /** 0: the best, or as good; 4: far from it. */
  shade: number;
  /** `best`, `1.3×`; empty where there is nothing to compare with, or too little between them to tell. */
  text: string;
}

/** How a figure stands to the best of those it may be compared with. */
export function heatOf(
  metric: ShownMetric,
  value: number,
  among: readonly (number | null)[],
): Heat {
  const others = among.filter((each) => each !== null && each > 0) as number[];
  if (others.length < 2 || value <= 0) return { shade: 0, text: "" };
  const best = metric.better === "lower" ? Math.min(...others) : Math.max(...others);
  const exact = metric.better === "lower" ? value / best : best / value;
  // The shade must not say more than the number that stands on it.
  const ratio = Number(exact.toFixed(2));
  const shade = SHADES.findIndex((bound) => ratio <= bound);
  const text = ratio <= AS_GOOD ? bestText(metric, value, others) : times(ratio);
  return { shade: shade === -1 ? SHADES.length : shade, text };
}

/** The best is called so where none of the others is as good. */
function bestText({ better }: ShownMetric, value: number, all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => (better === "lower" ? a - b : b - a));
  const [best = value, second = value] = sorted;
  const apart = better === "lower" ? second / best : best / second;
  return value === best && apart > AS_GOOD ? "best" : "";
}

const times = (ratio: number) => `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`;
