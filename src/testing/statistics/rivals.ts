/** How others decide, on the same simulated machines and as many requests. */

import { median } from "../../analyze/statistics.ts";
import { normalCdf } from "../../analyze/verdict/normal.ts";
import { differences } from "../../analyze/verdict/pairs.ts";
import { doubledRanks, signedRank } from "../../analyze/verdict/signed-rank.ts";
import { studentCdf } from "../../analyze/verdict/student.ts";
import { hodgesLehmann, walshAverages } from "../../analyze/verdict/walsh.ts";
import { type Draw, type MetricSpec, machine, pairedRun, ROUNDS, type World } from "./world.ts";

/** Pairs of starts, and three times as many requests a side, that each rule gets. */
export const RIVAL_PAIRS = 12;
const REQUESTS = RIVAL_PAIRS * ROUNDS;

export const RIVALS = [
  "last entry, alert at 150%",
  "last entry, alert at 110%",
  "mean and one SD, servers kept up",
  "Welch's t on requests, servers kept up",
  "Mann-Whitney on blocks of 3, servers kept up",
  "signed rank on rounds, servers kept up",
  "the same, and the estimate above the threshold",
  "Welch's t on requests, 12 starts a side",
  "signed rank on pairs of starts, peeking from the 6th to the 20th",
] as const;

/** Whether each rule says "worse" of any metric. */
export function rivalAlarms(world: World, metrics: readonly MetricSpec[], draw: Draw): boolean[] {
  const kept = keptUp(world, metrics, draw);
  const last = keptUp(world, metrics, draw).base;
  const paired = pairedRun(world, metrics, 20, draw);
  const any = (says: (metric: number) => boolean) => metrics.some((_, metric) => says(metric));
  const side = (of: number[][], metric: number) => of[metric] ?? [];
  const requests = (metric: number, which: "base" | "head") =>
    (paired[metric]?.pairs ?? [])
      .slice(0, RIVAL_PAIRS)
      // As costs, so that more is worse whichever way the metric goes.
      .flatMap((pair) => pair[which].map((v) => (paired[metric]?.better === "lower" ? v : 1 / v)));
  const rounds = (metric: number) => {
    const base = side(kept.base, metric);
    return side(kept.head, metric).map((cost, i) => Math.log(cost / (base[i] ?? 1)));
  };
  const ratio = (metric: number) => mean(side(kept.head, metric)) / mean(side(last, metric));
  return [
    any((metric) => ratio(metric) > 1.5),
    any((metric) => ratio(metric) > 1.1),
    any((metric) => {
      const base = side(kept.base, metric);
      return mean(side(kept.head, metric)) > mean(base) + Math.sqrt(variance(base));
    }),
    any((metric) => welch(side(kept.base, metric), side(kept.head, metric)) <= 0.025),
    any((metric) => {
      const [base, head] = [blocks(side(kept.base, metric)), blocks(side(kept.head, metric))];
      return mannWhitney(base, head) <= 0.025;
    }),
    any((metric) => signedRank(rounds(metric)).worse <= 0.025),
    any(
      (metric) =>
        signedRank(rounds(metric)).worse <= 0.025 &&
        hodgesLehmann(walshAverages(rounds(metric))) > Math.log1p(metrics[metric]?.delta ?? 0),
    ),
    any((metric) => welch(requests(metric, "base"), requests(metric, "head")) <= 0.025),
    any((metric) => peeking(paired[metric] === undefined ? [] : differences(paired[metric]))),
  ];
}

/** Costs of requests to two servers that are started once, in turn. */
function keptUp(world: World, metrics: readonly MetricSpec[], draw: Draw) {
  const on = machine(world, metrics.length, draw);
  const [base, head] = [on.start(0, false), on.start(0, false)];
  const empty = () => metrics.map((): number[] => []);
  const taken = { base: empty(), head: empty() };
  for (let request = 0; request < REQUESTS; request++) {
    for (const [i, cost] of base().entries()) taken.base[i]?.push(Math.exp(cost));
    for (const [i, cost] of head().entries()) {
      taken.head[i]?.push(Math.exp(cost) * (metrics[i]?.worse ?? 1));
    }
  }
  return taken;
}

function peeking(of: readonly number[]): boolean {
  return of.some((_, i) => i >= 5 && signedRank(of.slice(0, i + 1)).worse <= 0.025);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

const blocks = (values: readonly number[]) =>
  Array.from({ length: values.length / ROUNDS }, (_, i) =>
    median(values.slice(i * ROUNDS, (i + 1) * ROUNDS)),
  );

/** One-sided p-value of head's mean being higher (Welch 1947). */
export function welch(base: readonly number[], head: readonly number[]): number {
  const [a, b] = [variance(base) / base.length, variance(head) / head.length];
  const df = (a + b) ** 2 / (a ** 2 / (base.length - 1) + b ** 2 / (head.length - 1));
  return studentCdf((mean(base) - mean(head)) / Math.sqrt(a + b), df);
}

/** One-sided p-value of head being higher, by the normal approximation (Mann & Whitney 1947). */
export function mannWhitney(base: readonly number[], head: readonly number[]): number {
  const ranks = doubledRanks([...base, ...head]);
  const [m, n] = [base.length, head.length];
  const sum = ranks.slice(m).reduce((total, rank) => total + rank / 2, 0);
  const u = sum - (n * (n + 1)) / 2;
  return 1 - normalCdf((u - (m * n) / 2 - 0.5) / Math.sqrt((m * n * (m + n + 1)) / 12));
}
