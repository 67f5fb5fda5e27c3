/** From values to places, whatever the values are: one, none, all equal, over many powers of ten. Pure. */
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import { least, most } from "../../../analyze/statistics.ts";

export interface Scale {
  /** Place of a value; those outside the domain lie outside the range, what nobody measures at its edge. */
  at: (value: number) => number;
  domain: [number, number];
  log: boolean;
  of: ScaleContinuousNumeric<number, number>;
}

export interface ScaleOptions {
  /** It begins at zero: what is drawn has a length. */
  zero?: boolean;
  /** A logarithmic scale where the largest is so many times the smallest; Infinity: never. */
  logFrom?: number;
  /** So much of the largest value the domain spans at least, so that noise doesn't look large. */
  leastSpan?: number;
}

/** The largest this many times the smallest: on a linear scale the small ones would lie on each other. */
const LOG_FROM = 20;
const LEAST_SPAN = 0.04;
/** Of ms, bytes or tokens nobody measures so little, and ticks of a subnormal number have no end. */
const NOTHING = 1e-9;
/** Nor so much: a file may say anything, and a scale of hundreds of powers of ten has no room. */
const EVERYTHING = 1e15;

function within(value: number): number {
  if (Math.abs(value) < NOTHING) return 0;
  return Math.min(EVERYTHING, Math.max(-EVERYTHING, value));
}

export function scaleOf(
  values: readonly number[],
  range: readonly [number, number],
  { zero = false, logFrom = LOG_FROM, leastSpan = LEAST_SPAN }: ScaleOptions = {},
): Scale {
  const known = values.filter(Number.isFinite).map(within);
  const [low, high] = known.length === 0 ? [0, 1] : [least(known), most(known)];
  if (!zero && low > 0 && high / low >= logFrom) {
    const room = (high / low) ** 0.04;
    return wrapped(scaleLog([low / room, high * room], range), true);
  }
  const from = zero ? Math.min(0, low) : low;
  const wanted = Math.max(high - from, leastSpan * Math.max(Math.abs(low), Math.abs(high)));
  const span = wanted > 0 ? wanted : 1;
  const missing = (span - (high - from)) / 2;
  const margin = 0.03 * span;
  const bottom = zero ? from : from - missing - margin;
  // Times, rates and sizes are never negative: nor is the axis.
  const start = low >= 0 ? Math.max(0, bottom) : bottom;
  const end = zero ? Math.max(high, from + span) + margin : high + missing + margin;
  return wrapped(scaleLinear([start, end], range), false);
}

function wrapped(of: ScaleContinuousNumeric<number, number>, log: boolean): Scale {
  const [from = 0, to = 1] = of.domain();
  return {
    at: (value) => of(log ? Math.max(NOTHING, within(value)) : within(value)),
    domain: [from, to],
    log,
    of,
  };
}
