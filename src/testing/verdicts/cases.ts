/** Comparisons whose truth is known: the simulator against itself, with luck per start and noise. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MetricName } from "../../result.ts";
import { modelFolder, simulatorScript } from "./engines.ts";

/** What a run is to say. */
export type Truth =
  /** Nothing changed: `regression`, `improvement` and `broken` are false alarms. */
  | { kind: "same" }
  /** One of `named` must be among the metrics that regressed, and none of `innocent`. */
  | { kind: "slower"; named: MetricName[]; innocent: MetricName[] }
  | { kind: "broken" }
  /** Head flakes as base does: anything but `broken`. */
  | { kind: "not-broken" }
  /** Something differs that was not meant to: no verdict. */
  | { kind: "withheld" };

export interface Case {
  label: string;
  truth: Truth;
  /** The share of right answers; fails when its whole interval is on the other side. Null: none is required. */
  required: { atLeast: number } | { atMost: number } | null;
  /** Options of the run; what they name is made in `dir`. */
  options: (dir: string, sim: string) => string[];
}

/** The reference machine of docs/statistics.md. */
const LUCK = ["luck=0.02", "noise=0.03"];
/** A chat: first token after about 30 ms, 64 tokens in about 100 ms. */
const PREFILL = 1200;
const DECODE = 640;
const QUICK = ["load-time=50", ...LUCK];

function knobs({ prefill = 1, decode = 1 }: { prefill?: number; decode?: number }): string[] {
  const speeds = [`prefill-speed=${PREFILL / prefill}`, `decode-speed=${DECODE / decode}`];
  return [...QUICK, ...speeds];
}

const head = (list: readonly string[]) => list.flatMap((knob) => ["--sim", knob]);
const base = (list: readonly string[]) => list.flatMap((knob) => ["--base", `sim=${knob}`]);
const chat = ["--scenario", "chat"];

const TTFT: MetricName = "ttftMs";
const RATE: MetricName = "decodeTokensPerSecond";

function slower(
  label: string,
  by: { prefill?: number; decode?: number },
  required: Case["required"],
  more: readonly string[] = [],
): Case {
  const both = by.prefill !== undefined && by.decode !== undefined;
  const named = [...(by.prefill === undefined ? [] : [TTFT]), ...(by.decode ? [RATE] : [])];
  return {
    label,
    truth: { kind: "slower", named, innocent: both ? [] : by.decode ? [TTFT] : [RATE] },
    required,
    options: () => ["--engine", "sim", ...chat, ...head(knobs(by)), ...base(knobs({})), ...more],
  };
}

/** An agent's turn of 2,000 to 3,000 tokens takes about 100 ms, a chat next to nothing. */
const AGENT = [...QUICK, "prefill-speed=60000", "decode-speed=500"];
const FASTER = [...QUICK, "prefill-speed=120000", "decode-speed=1000"];
const agent = [...chat, "--scenario", "agent-turn", "--scale", "0.2"];

function faster(label: string, fault: string): Case {
  return {
    label,
    truth: { kind: "broken" },
    required: { atLeast: 0.99 },
    options: () => ["--engine", "sim", ...agent, ...head([...FASTER, fault]), ...base(AGENT)],
  };
}

const SAME: Case = {
  label: "A/A",
  truth: { kind: "same" },
  required: { atMost: 0.05 },
  options: () => ["--engine", "sim", ...chat, ...head(knobs({})), "--base", "self"],
};

/** `quantizes`: another build that does so by itself, which nobody asked about. */
function engine(dir: string, name: string, sim: string, quantizes: boolean): string {
  mkdirSync(join(dir, name), { recursive: true });
  const path = join(dir, name, "inferrs");
  const says = quantizes ? ["Quantizing model to Q4K"] : [];
  writeFileSync(path, simulatorScript(sim, knobs({}), says));
  chmodSync(path, 0o755);
  return path;
}

export const CASES: readonly Case[] = [
  SAME,
  slower("prefill slower by 10%", { prefill: 1.1 }, null),
  slower("prefill slower by 10%, `--threshold 5`", { prefill: 1.1 }, { atLeast: 0.8 }, [
    "--threshold",
    "5",
  ]),
  slower("prefill slower by 20%", { prefill: 1.2 }, { atLeast: 0.8 }),
  slower("decode slower by 10%", { decode: 1.1 }, { atLeast: 0.8 }),
  slower("decode slower by 20%", { decode: 1.2 }, { atLeast: 0.8 }),
  slower("both slower by 10%", { prefill: 1.1, decode: 1.1 }, { atLeast: 0.8 }),
  slower("both slower by 20%", { prefill: 1.2, decode: 1.2 }, { atLeast: 0.8 }),
  faster("twice as fast, dies in an agent's turn", "die-above=1000"),
  faster("twice as fast, refuses tools", "reject-tools=true"),
  {
    label: "2% of the requests fail, on both sides",
    truth: { kind: "not-broken" },
    required: { atLeast: 0.99 },
    options: () => {
      const list = [...knobs({}), "flake=0.02"];
      return ["--engine", "sim", ...chat, ...head(list), "--base", "self"];
    },
  },
  {
    label: "another build that quantizes by itself",
    truth: { kind: "withheld" },
    required: { atLeast: 0.99 },
    options: (dir, sim) => [
      ...["--inferrs", engine(dir, "head", sim, true), "--model", modelFolder(dir), ...chat],
      ...["--base", `inferrs=${engine(dir, "base", sim, false)}`],
    ],
  },
];
