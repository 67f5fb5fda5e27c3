/** What the rule must reach, all at once; a miss fails `npm run validate:statistics`. */
import { proportionInterval, withInterval } from "./proportion.ts";
import { type Changed, DISTURBANCES, family, GRID, ruleStudy, USUAL } from "./studies.ts";
import type { Study, Tally } from "./study.ts";
import type { Row, Table } from "./table.ts";
import type { Disturbance } from "./world.ts";

type Limit =
  | { atMost: number }
  | { below: number }
  | { atLeast: number }
  /** The true share is near it by design: the measured one is compared, not its interval. */
  | { nominal: number };

export function requirements(runs: number, quick: boolean): Table {
  const changes: Changed[] = quick ? ["decode"] : ["decode", "turn", "all"];
  const sizes = quick ? ([3, 6] as const) : ([1, 3, 6] as const);
  const rows = sizes.flatMap((size) => {
    const unchanged = ruleStudy(USUAL, family(size, "nothing"), runs);
    const slower = (changed: Changed) => ruleStudy(USUAL, family(size, changed, 1.1), runs);
    const label = (what: string) => `${size} metric${size === 1 ? "" : "s"}: ${what}`;
    const which = size === 1 ? (["decode"] as const) : changes;
    return [
      row(label("A/A, any called changed"), unchanged, "any metric called changed", {
        atMost: 0.05,
      }),
      row(label("A/A, undecided at 20 pairs"), unchanged, "inconclusive", { atMost: 0.2 }),
      ...which.flatMap((changed) => [
        row(
          label(`+10% in ${changed}, regression by 12 pairs`),
          slower(changed),
          "regression by 12",
          { atLeast: 0.8 },
        ),
        row(label(`+10% in ${changed}, no-regression`), slower(changed), "no-regression", {
          below: 0.01,
        }),
      ]),
    ];
  });
  return {
    title: "Requirements",
    text: "2% luck per start, 3% noise per request, 3 rounds per start, looks at 8, 12 and 20 pairs. A requirement is met when the whole 95% interval of the share is on its side of the limit.",
    columns: ["", "limit", "measured (95% interval)", ""],
    rows,
  };
}

/** The tests by themselves: what the levels permit, without the help of the thresholds. */
export function levels(runs: number): Table {
  const bare = (size: 1 | 3 | 6) =>
    family(size, "nothing").map((metric) => ({ ...metric, delta: 0 }));
  const atDelta = (disturbance: Disturbance) =>
    ruleStudy({ ...USUAL, disturbance }, family(1, "decode", 1.05), runs);
  return {
    title: "Levels",
    text: "The errors that the levels permit, where no threshold helps to keep them: A/A with thresholds of 0, so that every significant difference counts; and a change of just the threshold, which must not be called no-regression more often than by the level. The levels are to be used up, so here the measured share itself must not exceed the limit.",
    columns: ["", "limit", "measured (95% interval)", ""],
    rows: [
      ...([1, 3, 6] as const).map((size) =>
        row(
          `A/A, thresholds of 0, ${size} metric${size === 1 ? "" : "s"}: any called changed`,
          ruleStudy(USUAL, bare(size), runs),
          "any metric called changed",
          { nominal: 0.05 },
        ),
      ),
      ...(["none", "outliers"] as const).map((disturbance) =>
        row(
          `+5%, threshold 5%, disturbance: ${disturbance}: no-regression`,
          atDelta(disturbance),
          "no-regression",
          { nominal: 0.05 },
        ),
      ),
    ],
  };
}

/** False alarms must stay rare whatever the machine does. */
export function falseAlarms(runs: number): Table {
  const worlds = [
    ...GRID,
    ...DISTURBANCES.map((disturbance) => ({ ...USUAL, disturbance })),
    { luck: 0.05, noise: 0.08, disturbance: "heavy tails" as const },
  ];
  return {
    title: "False alarms on every machine",
    text: "A/A, 3 metrics: share of runs in which any metric was called a regression or an improvement.",
    columns: ["luck, noise, disturbance", "limit", "measured (95% interval)", ""],
    rows: worlds.map((world) => {
      const { luck, noise, disturbance } = world;
      const label = `${luck * 100}%, ${noise * 100}%, ${disturbance}`;
      const study = ruleStudy(world, family(3, "nothing"), runs);
      return row(label, study, "any metric called changed", { atMost: 0.05 });
    }),
  };
}

function row(label: string, study: Study, counted: string, limit: Limit): Row {
  const of = (tallies: readonly Tally[]) => tallies[0]?.counts[counted] ?? 0;
  return {
    label,
    studies: [study],
    cells: (tallies) => [words(limit), withInterval(of(tallies), study.runs)],
    met: (tallies) => {
      const [low, high] = proportionInterval(of(tallies), study.runs);
      if ("nominal" in limit) return of(tallies) <= limit.nominal * study.runs;
      if ("atLeast" in limit) return low >= limit.atLeast;
      return "below" in limit ? high < limit.below : high <= limit.atMost;
    },
  };
}

function words(limit: Limit): string {
  if ("atLeast" in limit) return `≥ ${limit.atLeast * 100}%`;
  if ("nominal" in limit) return `≤ ${limit.nominal * 100}%`;
  return "below" in limit ? `< ${limit.below * 100}%` : `≤ ${limit.atMost * 100}%`;
}
