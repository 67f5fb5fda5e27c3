/** Reference values by SciPy, statsmodels and R: see make-fixtures.py, which wrote them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Sample {
  kind: "untied" | "tied" | "zeros";
  values: number[];
  worse: number;
  better: number;
}

export interface Fixtures {
  normal: { z: number; cdf: number }[];
  normalQuantile: { p: number; z: number }[];
  student: { t: number; df: number; cdf: number }[];
  studentQuantile: { p: number; df: number; t: number }[];
  studentTest: {
    values: number[];
    shift: number;
    worse: number;
    better: number;
    interval95: [number, number];
  };
  signedRank: Sample[];
  signedRankTiedByR: Omit<Sample, "kind">[];
  walsh: { values: number[]; level: number; estimate: number; low: number; high: number }[];
  levels: { counts: number[]; alpha: number; sides: 1 | 2; levels: number[] }[];
  tango: { b: number; c: number; n: number; level: number; low: number; high: number }[];
  signFlip: { values: number[]; p: number }[];
  multiplicity: { p: number[]; holm05: boolean[]; benjaminiHochberg: number[] }[];
}

export const fixtures = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures.json"), "utf8"),
) as Fixtures;

/** Fails unless the two agree to a share, or to an absolute distance near zero. */
export function near(actual: number, expected: number, share: number, what = ""): void {
  const distance = Math.abs(actual - expected);
  if (!(distance <= share * Math.abs(expected) + 1e-300)) {
    throw new Error(`${what}: ${actual} instead of ${expected}`);
  }
}
