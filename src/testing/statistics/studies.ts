/** What is simulated: worlds, families of metrics, changes. */
import type { Study } from "./study.ts";
import type { Disturbance, MetricSpec, World } from "./world.ts";

/** The world that the requirements are about. */
export const USUAL: World = { luck: 0.02, noise: 0.03, disturbance: "none" };

export const GRID = [0.005, 0.02, 0.05].flatMap((luck) =>
  [0.01, 0.03, 0.08].map((noise): World => ({ luck, noise, disturbance: "none" })),
);

export const DISTURBANCES: Disturbance[] = [
  "outliers",
  "drift",
  "jumps",
  "second slower",
  "two kinds of runner",
  "heavy tails",
  "two modes",
];

const KINDS: Omit<MetricSpec, "worse">[] = [
  { metric: "ttftMs", better: "lower", delta: 0.1 },
  { metric: "decodeTokensPerSecond", better: "higher", delta: 0.05 },
  { metric: "turnMs", better: "lower", delta: 0.05 },
];

export type Changed = "nothing" | "all" | "decode" | "ttft" | "turn";

/** One: the decode rate alone. Three: TTFT, decode rate, turn. Six: these of two cells. */
export function family(size: 1 | 3 | 6, changed: Changed, worse = 1): MetricSpec[] {
  const kinds = size === 1 ? KINDS.slice(1, 2) : KINDS;
  return Array.from({ length: Math.ceil(size / 3) }, (_, cell) =>
    kinds.map((kind) => {
      const named = cell === 0 && kind.metric.startsWith(changed);
      return {
        ...kind,
        metric: cell === 0 ? kind.metric : `${kind.metric} of another cell`,
        worse: changed === "all" || named ? worse : 1,
      };
    }),
  ).flat();
}

/** Each study has random numbers of its own, the same at each run of the script. */
export function ruleStudy(
  world: World,
  metrics: MetricSpec[],
  runs: number,
  maxStarts = 20,
): Study {
  const name = JSON.stringify([world, metrics, maxStarts]);
  return { name, kind: "rule", world, metrics, maxStarts, runs, seed: seedOf(name) };
}

/** FNV-1a (Fowler, Noll & Vo), 32 bits. */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}
