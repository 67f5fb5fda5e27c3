import { bisect } from "../../analyze/verdict/bisect.ts";
import { incompleteBeta } from "../../analyze/verdict/student.ts";

/** Exact 95% interval of a share counted in independent runs (Clopper & Pearson 1934). */
export function proportionInterval(count: number, runs: number): [number, number] {
  const low =
    count === 0
      ? 0
      : bisect((p) => incompleteBeta(p, count, runs - count + 1) - 0.025, 0, count / runs);
  const high =
    count === runs
      ? 1
      : bisect((p) => incompleteBeta(p, count + 1, runs - count) - 0.975, count / runs, 1);
  return [low, high];
}

/** As "1.2%", with as many digits as a small share needs. */
export function percent(share: number): string {
  const of = share * 100;
  return `${of >= 10 || of === 0 ? of.toFixed(0) : of >= 1 ? of.toFixed(1) : of.toFixed(2)}%`;
}

/** "97.0% (96.6 to 97.4)". */
export function withInterval(count: number, runs: number): string {
  const [low, high] = proportionInterval(count, runs).map((p) => (p * 100).toFixed(2));
  return `${((count / runs) * 100).toFixed(2)}% (${low} to ${high})`;
}
