/** What will be run and how long it takes, before anything starts. */
import { clip, plain } from "./escape.ts";
import { count, duration, list, plural } from "./format.ts";
import { wrap } from "./terminal.ts";

export interface PlanView {
  engine: string;
  model: string;
  /** Empty where the engine has none to choose. */
  device: string;
  scenarios: { name: string; title: string; scale: number }[];
  combinations: string[];
  /** Combinations of the client's settings; one that is empty: none is set. */
  settings: string[];
  /** Which client takes which turns; null: none is run. */
  client: string | null;
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
  out: string;
  /** A running server: it has one start, which is not ours. */
  attached: boolean;
  simulated: boolean;
  synthetic: boolean;
}

function settingsRows({ settings, client }: PlanView): [string, string][] {
  const set = settings.filter((each) => each !== "");
  return [
    ...(client === null ? [] : [["Client", client] as [string, string]]),
    ...(set.length === 0
      ? []
      : [
          ["Settings", `${plural(set.length, "combination")}: ${set.join("; ")}`] as [
            string,
            string,
          ],
        ]),
  ];
}

/** A handful of lines that fit the width, without a newline at the end. */
export function renderPlan(plan: PlanView, columns = 100): string {
  const { probe, calibrate, warmup, measure } = plan.requests;
  const scale = Math.min(1, ...plan.scenarios.map((scenario) => scenario.scale));
  const scenarios = plan.scenarios.map(
    ({ name, scale }) =>
      name + (scale === 1 ? "" : ` (${Number((scale * 100).toFixed(1))}% of full size)`),
  );
  const rows: [string, string][] = [
    ["Engine", plan.engine + (plan.device === "" ? "" : `; device ${plan.device}`)],
    ["Model", plan.model],
    ["Scenarios", list(scenarios)],
    [
      "Compat flags",
      `${plural(plan.combinations.length, "combination")}: ${plan.combinations.join("; ")}`,
    ],
    ...settingsRows(plan),
    [
      "Requests",
      `${count(probe + calibrate + warmup + measure)} at most: ${probe} probes, ${calibrate} to count tokens, ${warmup} warm-ups, ${measure} measured${plan.ladder ? "; before them a short ladder of prompts, to see what fits" : ""}`,
    ],
    [
      plan.attached ? "Rounds" : "Engine starts",
      plan.attached
        ? `${plan.rounds} measured, on the running server`
        : `1 for probing, ${plan.starts} measured with ${plural(plan.rounds, "round")} each`,
    ],
    [
      "Time",
      `about ${duration(plan.estimateMs)}, ${plan.estimateBasis}${plan.timeBudgetMs === null ? "" : `; at most ${duration(plan.timeBudgetMs)}, the time budget`}${plan.fetches ? "; what has to be fetched comes before that" : ""}`,
    ],
    ["Results", plan.out],
    ...plan.defaults.map((text, index): [string, string] => [index === 0 ? "Defaults" : "", text]),
  ];
  const notes = [
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
  const lines = rows.flatMap(([label, text]) =>
    wrap(clip(plain(text), 400), columns - 15).map(
      (line, index) => `${(index === 0 ? label : "").padEnd(14)} ${line}`,
    ),
  );
  return [...notes.flatMap((note) => wrap(note, columns)), ...lines].join("\n");
}
