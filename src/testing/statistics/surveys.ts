/** What the rule does on other machines, with other changes; what other rules do there. */
import { visibleChange } from "../../analyze/verdict/planning.ts";
import { percent } from "./proportion.ts";
import { RIVALS } from "./rivals.ts";
import { DISTURBANCES, family, GRID, ruleStudy, seedOf, USUAL } from "./studies.ts";
import type { Study, Tally } from "./study.ts";
import type { Row, Table } from "./table.ts";
import type { World } from "./world.ts";

const share = (tally: Tally | undefined, what: string) =>
  tally === undefined ? "–" : percent((tally.counts[what] ?? 0) / tally.runs);
const pairs = (tally: Tally | undefined) =>
  tally === undefined ? "–" : (tally.pairs / tally.runs).toFixed(1);
const worldLabel = ({ luck, noise, disturbance }: World) =>
  `${luck * 100}%, ${noise * 100}%${disturbance === "none" ? "" : `, ${disturbance}`}`;

export function machines(runs: number): Table {
  const worlds = [...GRID, ...DISTURBANCES.map((disturbance) => ({ ...USUAL, disturbance }))];
  return {
    title: "Machines",
    text: "3 metrics (TTFT with a threshold of 10%, decode rate and turn with 5%); the change is in the decode rate alone.",
    columns: [
      "luck, noise",
      "A/A: false alarm",
      "undecided",
      "pairs used",
      "+10%: found by 12",
      "found by 20",
      "called no-regression",
      "pairs used",
      "+20%: found by 12",
    ],
    rows: worlds.map((world) => ({
      label: worldLabel(world),
      studies: [1, 1.1, 1.2].map((worse) =>
        ruleStudy(world, family(3, worse === 1 ? "nothing" : "decode", worse), runs),
      ),
      cells: ([same, ten, twenty]) => [
        share(same, "any metric called changed"),
        share(same, "inconclusive"),
        pairs(same),
        share(ten, "regression by 12"),
        share(ten, "regression"),
        share(ten, "no-regression"),
        pairs(ten),
        share(twenty, "regression by 12"),
      ],
    })),
  };
}

export function sizes(runs: number): Table {
  const changes = [
    ...[1.02, 1.03, 1.05, 1.075, 1.1, 1.15, 0.95, 0.9].map((of) => ["decode", of] as const),
    ...[1.05, 1.1, 1.15, 1.2].map((of) => ["ttft", of] as const),
  ];
  return {
    title: "Sizes of the change",
    text: "2% luck, 3% noise, 3 metrics of which one changes. Positive is worse.",
    columns: ["change", "regression", "no-regression", "improvement", "inconclusive", "pairs used"],
    rows: changes.map(([changed, worse]) => {
      const size = Math.round((worse - 1) * 1000) / 10;
      return {
        label: `${size > 0 ? "+" : ""}${size}% in ${changed} (threshold ${changed === "ttft" ? 10 : 5}%)`,
        studies: [ruleStudy(USUAL, family(3, changed, worse), runs)],
        cells: ([of]) => [
          share(of, "regression"),
          share(of, "no-regression"),
          share(of, "improvement"),
          share(of, "inconclusive"),
          pairs(of),
        ],
      };
    }),
  };
}

export function plans(runs: number): Table {
  return {
    title: "How many pairs are planned",
    text: "2% luck, 3% noise, 3 metrics; the change is in the decode rate alone. With 6 and 7 pairs Student's t decides, at one look. The interval is that of the decode rate at the end, wherever it stopped.",
    columns: [
      "pairs planned at most",
      "A/A: false alarm",
      "undecided",
      "+10%: found",
      "called no-regression",
      "interval holds the truth",
      "of +10%",
    ],
    rows: [6, 7, 8, 10, 12, 20, 30].map((planned) => ({
      label: `${planned}`,
      studies: [1, 1.1].map((worse) =>
        ruleStudy(USUAL, family(3, worse === 1 ? "nothing" : "decode", worse), runs, planned),
      ),
      cells: ([same, ten]) => [
        share(same, "any metric called changed"),
        share(same, "inconclusive"),
        share(ten, "regression"),
        share(ten, "no-regression"),
        share(same, "covered"),
        share(ten, "covered"),
      ],
    })),
  };
}

/** The standard deviation of D: a median of three has 0.4487 of the variance (David & Nagaraja 2003). */
export const trueSpread = ({ luck, noise }: World) =>
  Math.sqrt(2 * (luck ** 2 + 0.4487 * noise ** 2));

export function promises(runs: number): Table {
  const rows = GRID.filter(({ noise }) => noise >= 0.03).flatMap((world): Row[] => {
    const setting = { spread: trueSpread(world), delta: 0.05, family: 3 };
    const visible = visibleChange(12, setting);
    if (visible === null) return [];
    return [
      {
        label: worldLabel(world),
        studies: [ruleStudy(world, family(3, "decode", 1 + visible), runs, 12)],
        cells: ([of]) => [
          percent(setting.spread),
          of === undefined ? "–" : percent(of.spread / of.runs),
          `+${percent(visible)}`,
          "80%",
          share(of, "regression"),
        ],
      },
    ];
  });
  return {
    title: "What `sensitivity` promises, and what comes",
    text: "The change that 12 pairs are said to see in four of five runs, simulated.",
    columns: [
      "luck, noise",
      "spread of the pairs",
      "as estimated, mean",
      "said to be seen",
      "promised",
      "found",
    ],
    rows,
  };
}

export function sometimes(runs: number): Table {
  const cases = [
    [0.1, 1.4],
    [0.2, 1.4],
    [0.3, 1.2],
    [0.3, 1.4],
    [0.5, 1.2],
  ] as const;
  return {
    title: "A head that is slow in some starts only",
    text: "2% luck, 3% noise, 3 metrics; all metrics of those starts are worse.",
    columns: [
      "starts that are worse",
      "on average",
      "regression",
      "no-regression",
      "inconclusive",
      "pairs used",
    ],
    rows: cases.map(([often, worse]) => ({
      label: `${often * 100}% by ${Math.round((worse - 1) * 100)}%`,
      studies: [
        ruleStudy({ ...USUAL, sometimes: { share: often, worse } }, family(3, "nothing"), runs),
      ],
      cells: ([of]) => [
        `+${percent(often * (worse - 1))}`,
        share(of, "regression"),
        share(of, "no-regression"),
        share(of, "inconclusive"),
        pairs(of),
      ],
    })),
  };
}

export function rivals(runs: number): Table {
  const worlds: World[] = [
    { ...USUAL, luck: 0.005 },
    USUAL,
    { ...USUAL, luck: 0.05 },
    { ...USUAL, disturbance: "two kinds of runner" },
    { ...USUAL, disturbance: "outliers" },
  ];
  const study = (world: World, worse: number): Study => {
    const name = JSON.stringify(["rivals", world, worse]);
    const metrics = family(3, "all", worse);
    return { name, kind: "rivals", world, metrics, maxStarts: 20, runs, seed: seedOf(name) };
  };
  const ours = (world: World, worse: number) =>
    ruleStudy(world, family(3, worse === 1 ? "nothing" : "all", worse), runs);
  const both = (same: string, slower: string) => `${same} / ${slower}`;
  const row = (label: string, what: string, of: typeof study): Row => ({
    label,
    studies: worlds.flatMap((world) => [of(world, 1), of(world, 1.1)]),
    cells: (tallies) =>
      worlds.map((_, i) => both(share(tallies[2 * i], what), share(tallies[2 * i + 1], what))),
  });
  return {
    title: "Beside the rules that others use",
    text: "Share of runs in which any of 3 metrics is called worse: when nothing changed / when all are 10% worse. Each rule has 36 requests a side (ours and peeking: up to 20 pairs of starts). The last entry is a run of its own, on a runner of its own. Welch, Mann-Whitney and the signed rank take p ≤ 0.025 for worse, 0.05 for any change. The other rules have no threshold unless it is said; with one they alarm less, and still as often as luck exceeds it.",
    columns: ["rule", ...worlds.map(worldLabel)],
    rows: [
      ...RIVALS.map((name) => row(name, name, study)),
      row("**this rule, by 12 pairs**", "regression by 12", ours),
      row("**this rule, by 20 pairs**", "regression", ours),
    ],
  };
}

export function failures(runs: number): Table {
  const cases: [string, number, number][] = [
    ["both never", 0, 0],
    ["2% of both", 0.02, 0.02],
    ["10% of both", 0.1, 0.1],
    ["head 5%, base never", 0, 0.05],
    ["head 10%, base never", 0, 0.1],
    ["head 20%, base never", 0, 0.2],
    ["head 30%, base 2%", 0.02, 0.3],
    ["head 50%, base never", 0, 0.5],
    ["head always, base never", 0, 1],
  ];
  const study = (base: number, head: number): Study => {
    const name = `failures ${base} ${head}`;
    const rest = { world: USUAL, metrics: [], failing: { base, head }, maxStarts: 20 };
    return { name, kind: "failures", ...rest, runs, seed: seedOf(name) };
  };
  return {
    title: "Failures",
    text: "Requests fail at random, three in each start, one cell, looks at 8, 12 and 20 pairs, three confirming pairs where a start of head's failed that base passed.",
    columns: ["requests that fail", "called broken"],
    rows: cases.map(([label, base, head]) => ({
      label,
      studies: [study(base, head)],
      cells: ([of]) => [share(of, "broken")],
    })),
  };
}
