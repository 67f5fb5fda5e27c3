/** What the runs of each case came to, as a table in Markdown. Pure. */
import { median } from "../../analyze/statistics.ts";
import { proportionInterval } from "../statistics/proportion.ts";
import type { Case, Truth } from "./cases.ts";
import type { Told } from "./runs.ts";

export interface Counted {
  each: Case;
  told: readonly Told[];
}

const VERDICTS = ["regression", "no-regression", "inconclusive", "improvement", "broken"] as const;

export function table(rows: readonly Counted[]): string {
  const lines = [
    `| | runs | ${VERDICTS.join(" | ")} | counted (95% interval) | pairs made | rounds | time of a run |`,
    `| :-- | --: | ${VERDICTS.map(() => "--:").join(" | ")} | :-- | --: | --: | --: |`,
    ...rows.map(line),
  ];
  return `${lines.join("\n")}\n`;
}

/** Labels of the cases whose requirement is missed for sure. */
export function missed(rows: readonly Counted[]): string[] {
  return rows.flatMap(({ each, told }) => {
    const { required } = each;
    if (required === null || told.length === 0) return [];
    const [low, high] = proportionInterval(count(each.truth, told), told.length);
    const met = "atMost" in required ? low <= required.atMost : high >= required.atLeast;
    return met ? [] : [each.label];
  });
}

function line({ each, told }: Counted): string {
  const verdicts = VERDICTS.map((verdict) => {
    const seen = told.filter((one) => one.verdict === verdict).length;
    return seen === 0 ? "·" : String(seen);
  });
  const cells = [
    each.label,
    told.length,
    ...verdicts,
    `${WORDS[each.truth.kind]}: ${share(count(each.truth, told), told.length)}`,
    (told.reduce((sum, { pairs }) => sum + pairs, 0) / told.length).toFixed(1),
    range(told.flatMap(({ rounds }) => rounds ?? [])),
    `${median(told.map(({ seconds }) => seconds)).toFixed(0)} s`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function range(values: readonly number[]): string {
  if (values.length === 0) return "·";
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} to ${most}`;
}

const WORDS: Record<Truth["kind"], string> = {
  same: "false alarms",
  slower: "found, right metric named",
  broken: "broken",
  "not-broken": "not broken",
  withheld: "no verdict",
};

function count(truth: Truth, told: readonly Told[]): number {
  return told.filter((one) => isCounted(truth, one)).length;
}

/** Of `same` the false alarms, of all others the right answers. */
export function isCounted(truth: Truth, { verdict, regressed, withheld }: Told): boolean {
  switch (truth.kind) {
    case "same":
      return verdict === "regression" || verdict === "improvement" || verdict === "broken";
    case "slower":
      return (
        verdict === "regression" &&
        truth.named.some((metric) => regressed.includes(metric)) &&
        !truth.innocent.some((metric) => regressed.includes(metric))
      );
    case "broken":
      return verdict === "broken";
    case "not-broken":
      return verdict !== "broken";
    case "withheld":
      return withheld && verdict === "inconclusive";
  }
}

/** "19 of 20 (75% to 100%)". */
function share(counted: number, runs: number): string {
  const [low, high] = proportionInterval(counted, runs).map(
    (part) => `${(100 * part).toFixed(0)}%`,
  );
  return `${counted} of ${runs} (${low} to ${high})`;
}
