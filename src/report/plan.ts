/** What will be run and how long it takes, before anything starts. */
import { clip, plain } from "./escape.ts";
import { count, duration, list, plural } from "./format.ts";
import { wrap } from "./terminal.ts";

/** What base and head have each of their own. */
export interface SideView {
  engine: string;
  model: string;
  /** Empty where the engine has none to choose. */
  device: string;
  /** Which client takes which turns; null: none is run. */
  client: string | null;
}

/** Base beside head, whose own are the plan's. */
export interface ComparisonView {
  kind: "variants" | "self";
  /** What was given for base, and what head has. */
  differs: { what: string; base: string; head: string }[];
  base: SideView;
  /** Engines are started afresh for each pair; false: running servers, which are only described. */
  restarted: boolean;
  /** Numbers of pairs at which it is looked at; empty: too few for a verdict. */
  looks: number[];
  /** Of each start; null: by what a start costs. */
  rounds: number | null;
  /** Relative changes that matter; null: of the metrics that aren't named. */
  thresholds: { metric: string | null; share: number }[];
  /** Until it may end for the first time; null: there is no look. */
  firstLookMs: number | null;
}

export interface PlanView extends SideView {
  scenarios: { name: string; title: string; scale: number }[];
  combinations: string[];
  /** Combinations of the client's settings; one that is empty: none is set. */
  settings: string[];
  cells: number;
  starts: number;
  rounds: number;
  requests: { probe: number; calibrate: number; warmup: number; measure: number };
  /** Whether a ladder of prompts comes first. */
  ladder?: boolean;
  estimateMs: number | null;
  estimateBasis: string;
  timeBudgetMs: number | null;
  /** Something has to be fetched first, which the estimate leaves out. */
  fetches: boolean;
  /** Which defaults were taken for this machine, and why; empty where everything was said. */
  defaults: string[];
  /** What the reader must know before it starts; absent: nothing. */
  warnings?: string[];
  /** Null or absent: one variant, and nothing to compare. */
  comparison?: ComparisonView | null;
  out: string;
  /** A running server that nobody restarts: it has one start, which is not ours. */
  attached: boolean;
  simulated: boolean;
  synthetic: boolean;
}

type Row = [label: string, text: string];

function settingsRows({ settings }: PlanView): Row[] {
  const set = settings.filter((each) => each !== "");
  return [
    ...(set.length === 0
      ? []
      : [["Settings", `${plural(set.length, "combination")}: ${set.join("; ")}`] satisfies Row]),
  ];
}

function sideRows({ engine, model, device, client }: SideView): Row[] {
  return [
    ["Engine", engine + (device === "" ? "" : `; device ${device}`)],
    ["Model", model],
    ...(client === null ? [] : [["Client", client] satisfies Row]),
  ];
}

/** What the two have in common stands once. */
function enginesRows(plan: PlanView): Row[] {
  const head = sideRows(plan);
  if (plan.comparison == null) return head;
  const base = new Map(sideRows(plan.comparison.base));
  const both = new Set([...base.keys(), ...head.map(([label]) => label)]);
  const own = new Map(head);
  return [...both].flatMap((label): Row[] => {
    const [one, two] = [base.get(label) ?? "none", own.get(label) ?? "none"];
    if (one === two) return [[label, one]];
    const word = label.toLowerCase();
    return [
      [`Base's ${word}`, one],
      [`Head's ${word}`, two],
    ];
  });
}

function differsRows(comparison: ComparisonView): Row[] {
  if (comparison.kind === "self") {
    return [["Compared", "head with itself (A/A): which change this machine could see"]];
  }
  return comparison.differs.map(({ what, base, head }, index) => [
    index === 0 ? "Compared" : "",
    `${what}: base ${base} | head ${head}`,
  ]);
}

function startsRow({ attached, starts, rounds, comparison = null }: PlanView): Row {
  if (comparison === null) {
    return attached
      ? ["Rounds", `${rounds} measured, on the running server`]
      : ["Engine starts", `1 for probing, ${starts} measured with ${plural(rounds, "round")} each`];
  }
  const { looks, restarted } = comparison;
  if (!restarted) {
    return [
      "Rounds",
      `${plural(starts * rounds, "pair")} of rounds, one on each running server in turn; they can't be restarted, so the figures are only described`,
    ];
  }
  const each = comparison.rounds;
  const many =
    each === null ? "rounds by what a start costs" : `${plural(each, "round")} in each start`;
  const when =
    looks.length === 0
      ? ""
      : `; looked at after ${list(looks.map(String))}, and ended once it is settled`;
  return [
    "Pairs",
    `at most ${plural(starts, "pair")} of starts, base and head one after the other in drawn order, ${many}${when}. Before them 1 start of each for probing; measured is what the recommended combination asks`,
  ];
}

function thresholdsRow({ thresholds }: ComparisonView): Row {
  const texts = thresholds.map(({ metric, share }) => {
    const percent = `${Number((share * 100).toFixed(2))}%`;
    return metric === null ? percent : `${metric} ${percent}`;
  });
  return ["Thresholds", texts.join("; ")];
}

/** How many rounds a start gets is decided when it is known what one costs: no sum of them is a bound. */
function roundsGrow({ comparison = null }: PlanView): boolean {
  return comparison?.restarted === true && comparison.rounds === null;
}

function timeRow(plan: PlanView): Row {
  const first = plan.comparison?.firstLookMs ?? null;
  const much =
    first === null || first >= (plan.estimateMs ?? 0)
      ? `about ${duration(plan.estimateMs)}`
      : `about ${duration(first)} until the first look, ${roundsGrow(plan) ? `about ${duration(plan.estimateMs)} if no look settles it` : `${duration(plan.estimateMs)} at most`}`;
  return [
    "Time",
    `${much}, ${plan.estimateBasis}${plan.timeBudgetMs === null ? "" : `; at most ${duration(plan.timeBudgetMs)}, the time budget`}${plan.fetches ? "; what has to be fetched comes before that" : ""}`,
  ];
}

function tooFew({ comparison, starts }: PlanView): string | null {
  if (comparison == null || !comparison.restarted || comparison.looks.length > 0) return null;
  return `NO VERDICT: ${plural(starts, "pair")} can't give one; it needs 6 pairs of starts (--starts), and three metrics 8. The figures will only be described.`;
}

/** A handful of lines that fit the width, without a newline at the end. */
export function renderPlan(plan: PlanView, columns = 100): string {
  const { probe, calibrate, warmup, measure } = plan.requests;
  const scale = Math.min(1, ...plan.scenarios.map((scenario) => scenario.scale));
  const scenarios = plan.scenarios.map(
    ({ name, scale }) =>
      name + (scale === 1 ? "" : ` (${Number((scale * 100).toFixed(1))}% of full size)`),
  );
  const comparison = plan.comparison ?? null;
  const grows = roundsGrow(plan);
  const rows: Row[] = [
    ...enginesRows(plan),
    ["Scenarios", list(scenarios)],
    [
      "Compat flags",
      plan.combinations.length === 0
        ? "as in the config: these scenarios have no combinations"
        : `${plural(plan.combinations.length, "combination")}: ${plan.combinations.join("; ")}`,
    ],
    ...settingsRows(plan),
    [
      "Requests",
      `${grows ? "about " : ""}${count(probe + calibrate + warmup + measure)}${grows ? "" : " at most"}: ${plural(probe, "probe")}, ${calibrate} to count tokens, ${plural(warmup, "warm-up")}, ${measure} measured${grows ? " (3 rounds a start; more of them where a start costs much)" : ""}${plan.ladder ? "; before them a short ladder of prompts, to see what fits" : ""}`,
    ],
    startsRow(plan),
    ...(comparison === null ? [] : [thresholdsRow(comparison)]),
    timeRow(plan),
    ["Results", plan.out],
    ...plan.defaults.map((text, index): Row => [index === 0 ? "Defaults" : "", text]),
  ];
  const notes = [
    tooFew(plan),
    ...(plan.warnings ?? []),
    plan.simulated
      ? "SIMULATED: the engine is the bundled simulator; nothing real is measured."
      : null,
    plan.synthetic
      ? "SYNTHETIC MODEL: random weights; speed and memory are those of a tiny model."
      : null,
    scale < 1
      ? `SCALED: agent turns at ${Number((scale * 100).toFixed(1))}% of OpenClaw's size. This is not an agent verdict at full size.`
      : null,
  ].filter((note) => note !== null);
  const lines = (of: Row[]) =>
    of.flatMap(([label, text]) =>
      wrap(clip(plain(text), 400), columns - 15).map(
        (line, index) => `${(index === 0 ? label : "").padEnd(14)} ${line}`,
      ),
    );
  // What differs stands before all else.
  return [
    ...lines(comparison === null ? [] : differsRows(comparison)),
    ...notes.flatMap((note) => wrap(plain(note), columns)),
    ...lines(rows),
  ].join("\n");
}
